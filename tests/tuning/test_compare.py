"""When a change is certain, and when a gate stops it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hushgate.failure import Failure
from hushgate.tuning.compare import Comparison, compare, notices
from hushgate.tuning.measuring import Measured
from hushgate.tuning.saved import Saved, Setup, read_saved, saved_text
from hushgate.tuning.scoring import Counts
from hushgate.tuning.summary import TOTAL, Summary

SETUP = Setup("0.1.0", "2026-11-21.1", "abcd")
HIT = Counts(1, 1, 1, 1, 1, 1, 8, 0)
MISS = Counts(1, 0, 0, 0, 0, 0, 8, 8)
HALF = Counts(1, 1, 0, 1, 1, 0, 8, 4)
ALARM = Counts(predicted=1)


def rows(*counts: Counts, entity: str = "A") -> dict:
    return {f"{entity}{index}": ((entity, each),) for index, each in enumerate(counts)}


def saved(texts: dict, entities: str = "AB") -> Saved:
    return Saved(SETUP, frozenset(entities), texts)


def measured(texts: dict, entities: str = "AB") -> Measured:
    return Measured(
        entities=tuple(entities),
        precise=np.ones(len(entities), dtype=bool),
        rows=texts,
        files={"a.jsonl": tuple(texts.values())},
        unlabelled={},
        confusions={},
        misses=(),
        alarms=(),
        curves={},
        thresholds={},
        milliseconds=np.ones(len(texts)),
    )


def compared(before: list[Counts], after: list[Counts]) -> Comparison:
    return compare(saved(rows(*before)), measured(rows(*after)))


def worse(comparison: Comparison) -> set[str]:
    return {each.metric for each in comparison.regressions if each.entity == "A"}


def better(comparison: Comparison) -> set[str]:
    return {each.metric for each in comparison.differences if each.is_better and each.entity == "A"}


def test_the_same_measurement_is_no_change():
    comparison = compared([HIT, MISS, ALARM] * 20, [HIT, MISS, ALARM] * 20)

    assert comparison.texts == 60
    assert all(each.change is None or each.change.value == 0 for each in comparison.differences)
    assert not worse(comparison)
    assert not better(comparison)


def test_what_is_missed_more_often_is_worse():
    comparison = compared([HIT] * 40, [MISS] * 10 + [HIT] * 30)

    assert worse(comparison) == {"recall", "f2", "leakage"}


def test_what_is_found_more_often_is_better():
    comparison = compared([MISS] * 10 + [HIT] * 30, [HIT] * 40)

    assert better(comparison) == {"recall", "f2", "leakage"}
    assert not comparison.regressions


def test_values_that_are_found_by_half_are_worse_though_recall_is_not():
    assert worse(compared([HIT] * 40, [HALF] * 40)) == {"leakage"}


def test_false_alarms_alone_make_f_worse():
    assert worse(compared([HIT] * 20 + [Counts()] * 20, [HIT] * 20 + [ALARM] * 20)) == {"f2"}


@pytest.mark.parametrize(("lost", "is_worse"), [(1, False), (2, False), (5, True), (9, True)])
def test_a_lone_text_that_got_worse_stops_no_gate_and_several_do(lost, is_worse):
    comparison = compared([HIT] * 100, [MISS] * lost + [HIT] * (100 - lost))

    assert ("recall" in worse(comparison)) == is_worse


def test_as_many_gains_as_losses_are_not_certain():
    assert not worse(compared([HIT] * 6 + [MISS] * 6 + [HIT] * 50, [MISS] * 6 + [HIT] * 6 + [HIT] * 50))


def test_an_entity_that_is_lost_wherever_it_occurs_stops_a_gate_though_it_is_rare():
    before = rows(HIT, HIT, entity="B") | rows(*[HIT] * 500)
    after = rows(MISS, MISS, entity="B") | rows(*[HIT] * 500)
    comparison = compare(saved(before), measured(after))

    assert {(each.entity, each.metric) for each in comparison.regressions} == {
        ("B", "recall"),
        ("B", "f2"),
        ("B", "leakage"),
    }


def test_pairing_sees_a_change_that_two_intervals_apart_would_hide():
    before = [HIT, MISS] * 50
    after = [HIT, MISS] * 44 + [MISS, MISS] * 6
    recall = next(
        each for each in compared(before, after).differences if each.entity == "A" and each.metric == "recall"
    )
    line = Summary(measured(rows(*after))).lines[0].estimates["recall"]

    assert recall.change.value == pytest.approx(-0.06)
    assert recall.is_worse
    assert line.low < recall.before < line.high


def test_only_texts_that_both_have_are_compared():
    before = rows(HIT, HIT, HIT, entity="A")
    after = dict(list(before.items())[1:]) | rows(MISS, MISS, entity="N") | {"x": (("A", MISS),)}
    comparison = compare(saved(before), measured(after))

    assert (comparison.texts, comparison.only_before, comparison.only_after) == (2, 1, 3)
    assert not comparison.regressions


def test_no_shared_text_is_no_comparison():
    comparison = compare(saved(rows(HIT)), measured(rows(HIT, entity="B")))

    assert comparison.texts == 0
    assert not comparison.regressions


def test_losses_too_thin_in_each_entity_stop_a_gate_in_the_total():
    entities = "ABCDEFGH"
    before = {f"{entity}{n}": ((entity, HIT),) for entity in entities for n in range(20)}
    after = {f"{entity}{n}": ((entity, HIT if n else MISS),) for entity in entities for n in range(20)}
    comparison = compare(saved(before, entities), measured(after, entities))

    assert {each.entity for each in comparison.regressions} == {TOTAL}


def test_what_was_made_otherwise_is_said():
    assert notices(SETUP, SETUP) == []
    assert len(notices(SETUP, Setup("0.2.0", "other", "dcba"))) == 2


def test_what_is_saved_reads_back(tmp_path):
    texts = {"a" * 16: (("A", HIT), ("B", MISS)), "b" * 16: ()}
    path = tmp_path / "old.json"
    path.write_text(saved_text(Summary(measured(texts)), SETUP))

    assert read_saved(path) == saved(texts)
    assert json.loads(path.read_text())["summary"]["entities"]["A"]["recall"]["value"] == 1.0


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}'])
def test_what_is_no_saved_measurement_is_refused(tmp_path, text):
    path = tmp_path / "old.json"
    path.write_text(text)

    with pytest.raises(Failure, match="is not what evaluate --save writes"):
        read_saved(path)
