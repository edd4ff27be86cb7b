"""What is shipped for operators fits what the server says: every metric, label and label value is real."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import promql_parser
import pytest
import yaml

from hushgate.calls import Code, Verdict
from hushgate.failure import Reason
from hushgate.server.metrics import OK, Metrics, Words

DEPLOY = Path(__file__).parent.parent / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
BOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
EXPRESSIONS = {
    **{rule["alert"]: rule["expr"] for rule in RULES},
    **{f"{p['title']} {t['refId']}": t["expr"] for p in BOARD["panels"] for t in p["targets"]},
}

SERIES = {"up": {"job", "instance"}}
"""By the names of series, their labels; ``up`` is Prometheus's own."""
for _metric in Metrics(Words(frozenset())).registry._collector_to_names:
    for _ending in {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(
        _metric._type, [""]
    ):
        _labels = {*_metric._labelnames, "job", "instance", *(["le"] if _ending == "_bucket" else [])}
        SERIES[_metric._name + _ending] = _labels

VALUES = {
    "reason": {OK, "CANCELLED", *Reason},
    "verdict": set(Verdict),
    "code": set(Code),
    "waits": {"decision", "label"},
    "rpc": {"Prepare", "Review", "ReviewStream", "Redact", "RedactStream", "Explain", "EndSession"},
}


def selectors(expression: str) -> list[promql_parser.VectorSelector]:
    """As Prometheus's own parser reads them; Grafana's variables become values first."""
    found = []

    def look(node) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        for name in ("lhs", "rhs", "expr", "args", "param", "vector_selector"):
            below = getattr(node, name, None)
            for each in below if isinstance(below, list) else [below]:
                if each is not None:
                    look(each)

    for name, value in {"$__rate_interval": "5m", "$job": "hushgate", "$intent": ".*"}.items():
        expression = expression.replace(name, value)
    look(promql_parser.parse(expression))
    return found


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_asks_for_what_there_is(name):
    asked = selectors(EXPRESSIONS[name])

    assert asked
    for selector in asked:
        labels = SERIES[selector.name]
        for matcher in selector.matchers.matchers:
            assert matcher.name in labels, matcher.name
            if matcher.name in VALUES:
                assert set(matcher.value.split("|")) <= VALUES[matcher.name]


def test_every_metric_is_on_the_dashboard():
    shown = {
        s.name.removesuffix("_sum").removesuffix("_bucket")
        for e in EXPRESSIONS.values()
        for s in selectors(e)
    }

    assert {name for name in SERIES if not name.endswith(("_bucket", "_sum", "_count"))} <= shown


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_and_what_happens(rule):
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"].endswith((".", "?"))


def test_panels_have_ids_of_their_own_and_do_not_overlap():
    places = [(x, y) for p in BOARD["panels"] for x, y in cells(**p["gridPos"])]

    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in BOARD["panels"])


def cells(x: int, y: int, w: int, h: int) -> list[tuple[int, int]]:
    return [(x + i, y + j) for i in range(w) for j in range(h)]


@pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool on PATH")
def test_prometheus_takes_the_rules():
    command = ["promtool", "check", "rules", str(DEPLOY / "prometheus" / "alerts.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
