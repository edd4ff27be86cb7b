"""Explaining: every match with what became of it, and why a marked span was not found."""

from __future__ import annotations

import sys

import pytest

from hushgate import deadline
from hushgate.cli import main
from hushgate.detection.candidates import Outcome
from hushgate.detection.check import unmarked
from hushgate.detection.detector import Detector
from hushgate.detection.patterns import Patterns
from hushgate.detection.rule import Rule
from hushgate.explain import Explainer, report
from hushgate.failure import Failure, Reason
from hushgate.policy.reader import read_policy

RULES = (
    Rule("toy.card", "CREDIT_CARD", r"\b\d{4}(?: ?\d{4}){3}\b", checksum="luhn", score=0.5),
    Rule("toy.case", "CASE_ID", r"\bC-\d{4}\b", score=0.5, unless=("former",)),
    Rule("toy.number", "NUMBER", r"\b\d{5}\b", score=0.3, context=("case", "file")),
    Rule("toy.pin", "PIN", r"\b\d{3}\b", score=0.9, requires=("pin",)),
    Rule("toy.faint", "FAINT", r"\bf-\d\b", score=0.45),
    Rule("toy.wide", "WIDE", r"\bwide C-\d{4}\b", score=0.9),
)
POLICY = """
version: "1"
thresholds: {FAINT: 0.5}
intents: {any: {description: Anything., fields: {a: keep}}}
destinations:
  model: {default: keep}
  customer: {own: {default: keep}, others: block}
  tool: {default: keep}
  human_agent: {default: keep}
  log: {default: redact, PIN: hash}
allow: [C-0000]
deny: {PROJECT: [Blue Moon]}
"""
CARD = "4111 1111 1111 1111"


@pytest.fixture(scope="module")
def explainer(tmp_path_factory):
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text(POLICY)
    patterns = Patterns(RULES)
    return Explainer(patterns, Detector(patterns), read_policy(file))


def became(explainer, text, **asked):
    explained = explainer.explain(text, **asked)
    return [(c.rule, c.outcome, c.detail) for c in explained.candidates]


@pytest.mark.parametrize(
    ("text", "rule", "outcome", "detail"),
    [
        (f"pay {CARD}", "toy.card", Outcome.FOUND, "score 0.5, passes luhn"),
        ("pay 4111 1111 1111 1112", "toy.card", Outcome.CHECK_FAILED, "it does not pass the check luhn"),
        ("case 12345", "toy.number", Outcome.FOUND, "score 0.3, raised to 0.65 by case"),
        (
            "see 12345",
            "toy.number",
            Outcome.SCORE_TOO_LOW,
            "score 0.3, none of its context stands near: case, file",
        ),
        ("former C-1234", "toy.case", Outcome.SCORE_TOO_LOW, "score 0.5, lowered to 0.15 by former"),
        ("use 123", "toy.pin", Outcome.WORD_MISSING, "none of the words that it requires stands near: pin"),
        ("f-1", "toy.faint", Outcome.SCORE_TOO_LOW, "score 0.45; the policy's threshold is 0.5"),
        ("wide C-1234", "toy.case", Outcome.COVERED, "score 0.5; another finding won"),
        (
            "C-0000",
            "toy.case",
            Outcome.COVERED,
            "score 0.5; the policy allows it, or it is hushgate's own stand-in",
        ),
        ("Blue Moon", "policy.deny", Outcome.FOUND, "the policy says so"),
    ],
)
def test_a_match_says_what_became_of_it(explainer, text, rule, outcome, detail):
    assert (rule, outcome, detail) in became(explainer, text)


def test_findings_come_settled_with_the_actions_of_the_destination(explainer):
    text = "pin 123 and wide C-1234"

    to_log = explainer.explain(text).findings
    to_model = explainer.explain(text, destination="model").findings

    assert [(f.entity, f.action) for f in to_log] == [("PIN", "hash"), ("WIDE", "redact")]
    assert {f.action for f in to_model} == {"keep"}


def test_a_disguised_value_names_the_view_that_showed_it(explainer):
    (found,) = explainer.explain("pay 4111\u200b 1111 1111 1111").findings
    candidates = explainer.explain("pay 4111\u200b 1111 1111 1111").candidates

    assert (found.entity, found.start, found.end) == ("CREDIT_CARD", 4, 24)
    assert [(c.view, c.start, c.end) for c in candidates if c.outcome is Outcome.FOUND] == [("folded", 4, 24)]


def test_a_label_is_context_here_too(explainer):
    assert became(explainer, "12345", label="file number")[0][1] is Outcome.FOUND


@pytest.mark.parametrize(
    ("marked", "found", "why"),
    [
        (f"pay «{CARD}» now", True, "found by toy.card"),
        ("pay «4111 1111 1111 1112» now", False, "toy.card: it does not pass the check luhn"),
        (f"«pay {CARD}» now", False, "found only in part, by toy.card"),
        ("«Jane» paid", False, "no pattern matches here, and no model names it"),
    ],
)
def test_a_marked_span_is_answered(explainer, marked, found, why):
    text, spans = unmarked(marked)

    (answer,) = explainer.explain(text, marked=spans).marked

    assert (answer.span, answer.found, answer.why) == (spans[0], found, why)


def test_the_report_reads_line_by_line(explainer):
    text, spans = unmarked("wide C-1234, 4111 1111 1111 1112 and «Jane»")

    assert report(text, explainer.explain(text, marked=spans)).splitlines() == [
        "WIDE [0:11] «wide C-1234»: redact",
        "  toy.wide: score 0.9",
        "not found:",
        "  CREDIT_CARD [13:32] «4111 1111 1111 1112»: toy.card: it does not pass the check luhn",
        "[37:41] «Jane»: no pattern matches here, and no model names it",
    ]


def test_a_text_without_anything_says_so(explainer):
    assert report("hello", explainer.explain("hello")) == "nothing was found, and no pattern came near"


def test_the_command_explains_with_what_ships(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["hushgate", "explain", "--no-names", f"pay with «{CARD}»"])

    with pytest.raises(SystemExit) as ended:
        main()

    out = capsys.readouterr().out
    assert not ended.value.code
    assert out.startswith(f"CREDIT_CARD [9:28] «{CARD}»: ")
    assert "[9:28] «4111 1111 1111 1111»: found by payment.card" in out


def test_an_explanation_that_takes_too_long_is_refused(explainer, monkeypatch):
    monkeypatch.setattr(deadline, "LONGEST_SECONDS", -1.0)

    with pytest.raises(Failure) as refused:
        explainer.explain(f"pay {CARD}")

    assert refused.value.reason is Reason.DETECTION_TIMEOUT
