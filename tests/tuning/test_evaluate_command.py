"""``hushgate evaluate``: the real detector on labelled texts, what it prints and with which code it ends."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import NamedTuple

import pytest

from hushgate import assembly
from hushgate.cli import main

CARD = "4111 1111 1111 1111"
TEXTS = [
    ("pay with «4111 1111 1111 1111» please", "CREDIT_CARD"),
    ("my card is «5555 5555 5555 4444»", "CREDIT_CARD"),
    ("write to «ann@example.com» today", "EMAIL_ADDRESS"),
    ("write to «bob@example.org» today", "EMAIL_ADDRESS"),
    ("nothing to see here", ""),
]


PACK = """
pack: badge
description: Badges.
rules:
  - id: badge.plain
    entity: BADGE
    description: The number of a badge.
    pattern: |
      \\bZQ-\\d{3}\\b
    score: 0.7
    references: [https://example.com/badges]
    matches: ["«ZQ-778» here", "a «ZQ-123»"]
    ignores: ["ZQ-77", "AQ-778"]
"""


class Done(NamedTuple):
    """What a run of the command left."""

    code: int
    stdout: str
    stderr: str


def line(marked: str, type_: str, name: str) -> str:
    before, _, rest = marked.partition("«")
    value, _, after = rest.partition("»")
    spans = [{"start": len(before), "end": len(before) + len(value), "type": type_}] if type_ else []
    return json.dumps({"id": name, "text": before + value + after, "spans": spans})


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(line(text, type_, str(n)) for n, (text, type_) in enumerate(TEXTS)) + "\n")
    return path


@pytest.fixture(scope="module")
def detector():
    """The shipped packs, read once for all runs."""
    return cache(assembly.load_detector)


@pytest.fixture
def evaluate(detector, monkeypatch, capfd):
    monkeypatch.setattr(assembly, "load_detector", detector)

    def run(*flags: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["hushgate", "evaluate", "--no-names", *map(str, flags)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capfd.readouterr())

    return run


def test_it_prints_each_entity_and_the_total_without_boxes_in_a_pipe(evaluate, data):
    done = evaluate(data)
    rows = {row.split()[0]: row.split() for row in done.stdout.splitlines() if row}

    assert done.code == 0
    assert rows["CREDIT_CARD"][1:3] == ["2", "100.0"]
    assert rows["EMAIL_ADDRESS"][1:3] == ["2", "100.0"]
    assert rows["total"][1] == "4"
    assert set("─━│┃╭\x1b").isdisjoint(done.stdout)
    assert "5 texts, 4 labels; 0 of their" in done.stdout
    assert "Detection of one text: p50" in done.stdout


def test_no_value_is_printed(evaluate, data):
    done = evaluate(data)

    assert CARD not in done.stdout + done.stderr
    assert "example.com" not in done.stdout + done.stderr


def test_lines_that_cannot_be_read_are_listed_and_the_others_counted(evaluate, data):
    with data.open("a") as file:
        file.write('{"text": "4111"}\n')
    done = evaluate(data)

    assert done.code == 0
    assert f"{data}:6: spans is required" in done.stderr
    assert "1 line is not counted" in done.stderr
    assert "5 texts, 4 labels" in done.stdout


def test_with_nothing_to_measure_it_ends_with_2(evaluate, data):
    data.write_text("{}\n")

    done = evaluate(data)

    assert done.code == 2
    assert "no labelled text could be measured" in done.stderr


def test_a_file_that_is_not_there_is_said(evaluate, data, tmp_path):
    done = evaluate(data, tmp_path / "none.jsonl")

    assert "none.jsonl:1: cannot be read" in done.stderr
    assert "5 texts" in done.stdout


def test_a_report_is_written_with_passages_or_without(evaluate, data, tmp_path):
    data.write_text(line("the code is «xyzzy» now", "PASSWORD", "1") + "\n")
    evaluate(data, "--report", tmp_path / "with.html")
    evaluate(data, "--report", tmp_path / "without.html", "--no-context")

    assert "xyzzy" in (tmp_path / "with.html").read_text()
    assert "xyzzy" not in (tmp_path / "without.html").read_text()


def test_what_is_saved_holds_nothing_of_the_texts(evaluate, data, tmp_path):
    evaluate(data, "--save", tmp_path / "new.json")
    saved = (tmp_path / "new.json").read_text()

    assert json.loads(saved)["summary"]["texts"] == 5
    for value in (CARD, "example.com", "please"):
        assert value not in saved


def test_a_gate_is_open_where_nothing_changed(evaluate, data, tmp_path):
    evaluate(data, "--save", tmp_path / "old.json")
    done = evaluate(data, "--baseline", tmp_path / "old.json", "--gate")

    assert done.code == 0
    assert "As in the baseline: CREDIT_CARD, EMAIL_ADDRESS, total." in done.stdout


def test_a_gate_closes_where_an_entity_is_lost(evaluate, data, tmp_path):
    evaluate(data, "--save", tmp_path / "old.json")
    policy = tmp_path / "allow.yaml"
    shipped = assembly.policy_files(assembly.Settings())[0].read_text()
    policy.write_text(shipped + '\nallow: ["4111 1111 1111 1111", "5555 5555 5555 4444"]\n')
    done = evaluate(data, "--baseline", tmp_path / "old.json", "--gate", "--policy", policy)

    assert done.code == 1
    assert "worse: CREDIT_CARD recall 100.0 to 0.0 (−100.0 points, −100.0 to −100.0)" in done.stderr
    assert "EMAIL_ADDRESS" not in done.stderr


def test_a_gate_closes_where_a_line_cannot_be_read(evaluate, data, tmp_path):
    evaluate(data, "--save", tmp_path / "old.json")
    with data.open("a") as file:
        file.write("{\n")
    done = evaluate(data, "--baseline", tmp_path / "old.json", "--gate")

    assert done.code == 1


def test_a_gate_without_a_baseline_is_refused(evaluate, data):
    done = evaluate(data, "--gate")

    assert (done.code, done.stdout) == (2, "")
    assert "--gate needs a --baseline" in done.stderr


def test_a_gate_over_other_texts_is_refused(evaluate, data, tmp_path):
    evaluate(data, "--save", tmp_path / "old.json")
    data.write_text(line("write to «eve@example.com»", "EMAIL_ADDRESS", "new") + "\n")
    done = evaluate(data, "--baseline", tmp_path / "old.json", "--gate")

    assert done.code == 2
    assert "the baseline has none of these texts" in done.stderr


def test_types_of_a_users_own_are_read(evaluate, data, tmp_path):
    data.write_text(line("write to «ann@example.com» today", "MAIL", "1") + "\n")
    types = tmp_path / "types.yaml"
    types.write_text("MAIL: EMAIL_ADDRESS\n")

    assert "MAIL " in evaluate(data).stdout
    assert "EMAIL_ADDRESS" in evaluate(data, "--types", types).stdout


def test_a_limit_holds_for_each_file(evaluate, data):
    assert "2 texts, 2 labels" in evaluate(data, "--limit", 2).stdout


def test_a_pack_of_a_users_own_counts(evaluate, data, tmp_path):
    data.write_text(line("badge «ZQ-778» at the door", "BADGE", "1") + "\n")
    pack = tmp_path / "badge.yaml"
    pack.write_text(PACK)
    plain, own = evaluate(data), evaluate(data, "--recognizers", pack)
    shares = [
        next(row.split() for row in done.stdout.splitlines() if row.startswith("BADGE"))
        for done in (plain, own)
    ]

    assert shares[0][2] == "–"
    assert shares[1][2] == "100.0"
