"""What a measurement of several texts comes to: rows, what is left out, passages, thresholds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.failure import Failure, Reason
from hushgate.finding import Finding
from hushgate.policy.model import Thresholds
from hushgate.policy.reader import read_policy
from hushgate.settings import shipped
from hushgate.tuning.labelled import Labelled, Turn
from hushgate.tuning.measuring import PASSAGES
from hushgate.tuning.running import Run, findings, run
from hushgate.tuning.summary import Summary
from hushgate.tuning.sweep import THRESHOLDS
from hushgate.tuning.types import Types

POLICY = replace(
    read_policy(next(iter(sorted(shipped("policies").glob("*.yaml"))))),
    thresholds=Thresholds(0.4, {"B": 0.6}),
    allow=frozenset({"always"}),
    deny={},
)


class Words:
    """Finds words of a closed list, each as its entity with its score."""

    def __init__(self, **found: tuple[str, float]) -> None:
        self.found = found

    def find_many(self, texts, *, questions=None, language="en"):
        return [list(self._find(text)) for text in texts]

    def _find(self, text):
        if "unfindable" in text:
            raise Failure(Reason.DETECTION_TIMEOUT, "a rule took longer than 100 ms", field="text")
        for word, (entity, score) in self.found.items():
            start = text.find(word)
            if start >= 0:
                yield Finding(start, start + len(word), entity, score, f"test.{word}")


def record(text: str, **labels: str) -> str:
    spans = [
        {"start": text.index(word), "end": text.index(word) + len(word), "type": type_}
        for word, type_ in labels.items()
    ]
    return json.dumps({"text": text, "spans": spans})


@pytest.fixture
def measure(tmp_path):
    def made(*lines: str, finds: Words, manifest: dict | None = None, limit: int | None = None) -> Run:
        path = tmp_path / "a.jsonl"
        path.write_text("\n".join(lines))
        if manifest is not None:
            (tmp_path / "manifest.json").write_text(json.dumps({"a.jsonl": manifest}))
        return run([path], finds, POLICY, Types({}), limit=limit)

    return made


def test_entities_stand_in_order_of_their_labels(measure):
    lines = [record("ann and bob", ann="A"), record("bob", bob="B"), record("bob", bob="B")]
    measured = measure(*lines, finds=Words(ann=("A", 0.9))).measured

    assert measured.entities == ("B", "A")
    assert [line.counts.support for line in Summary(measured).lines] == [2, 1, 3]
    assert [line.counts.found for line in Summary(measured).lines] == [0, 1, 1]


def test_the_policys_thresholds_and_lists_count(measure):
    lines = [record("low high always", low="B", high="B", always="B")]
    finds = Words(low=("B", 0.5), high=("B", 0.7), always=("B", 0.9))

    assert Summary(measure(*lines, finds=finds).measured).total.counts.found == 1


def test_overlapping_findings_are_settled_before_they_are_counted(measure):
    finds = Words(**{"ann lee": ("A", 0.9), "lee": ("C", 0.9)})
    counts = Summary(measure(record("ann lee", **{"ann lee": "A"}), finds=finds).measured).total.counts

    assert (counts.found_strictly, counts.predicted) == (1, 1)


def test_what_no_file_labels_is_named_and_not_counted(measure):
    measured = measure(record("ann bob", ann="A"), finds=Words(ann=("A", 0.9), bob=("C", 0.9))).measured

    assert measured.unlabelled == {"C": 1}
    assert measured.entities == ("A",)
    assert Summary(measured).total.counts.predicted == 1
    assert not measured.alarms
    assert ("", "C") not in measured.confusions


def test_a_manifest_makes_false_alarms_of_what_would_have_been_labelled(measure):
    manifest = {"complete_types": ["A", "C"], "partial_types": []}
    measured = measure(record("ann bob", ann="A"), finds=Words(bob=("C", 0.9)), manifest=manifest).measured

    assert measured.entities == ("A", "C")
    assert measured.unlabelled == {}
    assert [(alarm.entity, alarm.value) for alarm in measured.alarms] == [("C", "bob")]


def test_types_that_are_labelled_in_part_tell_no_precision(measure):
    manifest = {"complete_types": [], "partial_types": ["all"]}
    (line, _) = Summary(
        measure(record("ann", ann="A"), finds=Words(ann=("A", 0.9)), manifest=manifest).measured
    ).lines

    assert not line.precise
    assert line.estimates["precision"] is None
    assert line.estimates["f2"] is None
    assert line.estimates["recall"].value == 1.0


def test_a_line_that_cannot_be_read_is_said_and_the_others_count(measure):
    done = measure(record("ann", ann="A"), "{", record("bob", bob="A"), finds=Words())

    assert [problem.line for problem in done.problems] == [2]
    assert len(done.measured.rows) == 2


def test_a_text_on_which_detection_fails_is_said_and_not_counted(measure):
    done = measure(record("ann", ann="A"), record("unfindable ann", ann="A"), finds=Words())

    assert [problem.sentence for problem in done.problems] == [
        "detection failed: a rule took longer than 100 ms"
    ]
    assert Summary(done.measured).total.counts.support == 1


def test_a_limit_is_that_of_texts(measure):
    lines = [record("ann", ann="A"), "{", record("bob", bob="A"), record("eve", eve="A")]

    assert len(measure(*lines, finds=Words(), limit=2).measured.rows) == 2


def test_the_same_text_twice_counts_twice(measure):
    line = json.dumps({"id": "1", "text": "ann", "spans": [{"start": 0, "end": 3, "type": "A"}]})

    assert Summary(measure(line, line, finds=Words()).measured).total.counts.support == 2


def test_the_worst_misses_are_kept_with_what_stands_around_them(measure):
    words = [f"w{'x' * index}" for index in range(PASSAGES + 3)]
    lines = [record(f"{'before ' * 20}{word}.", **{word: "A"}) for word in words]
    measured = measure(*lines, lines[-1], finds=Words()).measured

    assert [miss.value for miss in measured.misses] == [*reversed(words)][:PASSAGES]
    first = measured.misses[0]
    assert (first.entity, first.where, first.size) == ("A", "a.jsonl:8", len(words[-1]))
    assert first.before.startswith("…")
    assert first.before.endswith("before ")
    assert first.after == "."


def test_no_passage_stands_in_a_repr(measure):
    measured = measure(record("see ann now", ann="A"), finds=Words()).measured

    assert "ann" not in repr(measured)
    assert "ann" not in repr(measured.misses)


def test_a_false_alarm_says_its_rule_and_what_is_labelled_there(measure):
    lines = [record("ann", ann="A"), record("bob", bob="B")]
    measured = measure(*lines, finds=Words(ann=("B", 0.8))).measured

    assert [alarm.note for alarm in measured.alarms] == ["test.ann 0.80, labelled A"]


def test_files_are_told_apart(measure, tmp_path):
    one, other = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_text(record("ann", ann="A"))
    other.write_text(record("bob", bob="A"))
    by_file = Summary(run([one, other], Words(ann=("A", 0.9)), POLICY, Types({})).measured).by_file

    assert [Path(file).name for file in by_file] == ["one.jsonl", "two.jsonl"]
    assert [values["recall"] for _, values in by_file.values()] == [1.0, 0.0]


def test_latency_is_that_of_each_text(measure):
    summary = Summary(measure(*[record("ann", ann="A")] * 5, finds=Words()).measured)

    assert summary.measured.milliseconds.shape == (5,)
    assert 0 <= summary.latency[50] <= summary.latency[95] <= summary.latency[99]


SCORES = st.sampled_from([0.41, 0.5, 0.6, 0.83, 1.0])


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["ann", "bob", "eve", "ida"]), st.tuples(st.sampled_from("AC"), SCORES))
)
def test_a_curve_is_what_each_threshold_gives(tmp_path_factory, found):
    path = tmp_path_factory.mktemp("sweep") / "a.jsonl"
    path.write_text(record("ann bob eve ida", ann="A", bob="A", eve="C"))
    curve = run([path], Words(**found), POLICY, Types({})).measured.curves["A"]

    for index in range(0, len(THRESHOLDS), 10):
        policy = replace(POLICY, thresholds=Thresholds(THRESHOLDS[index], {}))
        line = next(
            line
            for line in Summary(run([path], Words(**found), policy, Types({})).measured).lines
            if line.entity == "A"
        )
        wanted = [line.estimates[name] for name in ("precision", "recall")]
        for values, estimate in zip(curve, wanted, strict=True):
            assert (
                np.isnan(values[index])
                if estimate is None
                else values[index] == pytest.approx(estimate.value)
            )


def test_a_conversation_is_looked_at_turn_by_turn_with_the_question_of_each():
    asked = []

    class Listens(Words):
        def find_many(self, texts, *, questions=None, language="en"):
            asked.append((list(texts), questions))
            return super().find_many(texts)

    turns = (Turn("agent", 0, 3), Turn("customer", 4, 7))
    text = Labelled("Who Ann", (), (), "1", "a.jsonl", 1, turns)

    (one,) = findings(text, Listens(Ann=("PERSON", 0.9)))

    assert (one.start, one.end) == (4, 7)
    assert asked == [(["Who", "Ann"], ["", "Who"])]
