"""How sure numbers are: intervals that hold the number, narrow with many texts, and are not drawn slowly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.tuning.bootstrap import DRAWS, Sample, draws, estimates, sample
from hushgate.tuning.metrics import METRICS, flags_with_total, with_total
from hushgate.tuning.scoring import Counts

PRECISE = np.ones(2, dtype=bool)


@st.composite
def counted(draw) -> Counts:
    support, predicted, characters = (draw(st.integers(0, 4)) for _ in range(3))
    found, right = draw(st.integers(0, support)), draw(st.integers(0, predicted))
    return Counts(
        support,
        found,
        draw(st.integers(0, found)),
        predicted,
        right,
        draw(st.integers(0, right)),
        characters,
        draw(st.integers(0, characters)),
    )


ROWS = st.lists(
    st.dictionaries(st.sampled_from("AB"), counted()).map(lambda row: tuple(sorted(row.items()))), max_size=12
)


def row(**counts: int) -> tuple[tuple[str, Counts], ...]:
    return (("A", Counts(**counts)),)


def estimated(rows) -> dict:
    return {name: each[0] for name, each in estimates(sample(rows, ["A", "B"]), PRECISE).items()}


@settings(max_examples=60)
@given(ROWS)
def test_an_interval_holds_its_number_and_no_impossible_one(rows):
    for each in estimates(sample(rows, "AB"), PRECISE).values():
        for estimate in each:
            if estimate is not None:
                assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


@settings(max_examples=60)
@given(ROWS)
def test_numbers_are_those_of_the_counts(rows):
    sums = Counts(
        *(sum(getattr(dict(each).get("A", Counts()), name) for each in rows) for name in Counts._fields)
    )
    numbers = estimated(rows)

    assert (numbers["recall"] is None) == (sums.support == 0)
    if sums.support:
        assert numbers["recall"].value == pytest.approx(sums.found / sums.support)
    if sums.predicted:
        assert numbers["strict_precision"].value == pytest.approx(sums.right_strictly / sums.predicted)
    if sums.characters:
        assert numbers["leakage"].value == pytest.approx(sums.leaked / sums.characters)
    if sums.support and sums.predicted and sums.found + sums.right:
        p, r = sums.right / sums.predicted, sums.found / sums.support
        f2 = 5 * p * r / (4 * p + r)
        assert numbers["f2"].value == pytest.approx(f2)


@settings(max_examples=60)
@given(ROWS)
def test_strict_numbers_are_never_above_those_by_overlap(rows):
    numbers = estimates(sample(rows, "AB"), PRECISE)

    for name in ("precision", "recall", "f1", "f2"):
        for loose, strict in zip(numbers[name], numbers[f"strict_{name}"], strict=True):
            assert (loose is None) == (strict is None)
            assert loose is None or strict.value <= loose.value + 1e-12


def test_perfect_findings_are_one_throughout():
    perfect = row(support=2, found=2, found_strictly=2, predicted=2, right=2, right_strictly=2, characters=9)
    numbers = estimated([perfect] * 5)

    assert {numbers[name].value for name in METRICS if name != "leakage"} == {1.0}
    assert numbers["leakage"].value == 0.0


def test_all_of_few_is_less_sure_than_all_of_many():
    all_found = row(support=1, found=1)
    few, many = (estimated([all_found] * number)["recall"] for number in (5, 500))

    assert few.high == many.high == 1.0
    assert few.low == pytest.approx(0.025 ** (1 / 5))
    assert many.low > 0.99


def test_labels_of_one_text_are_drawn_together():
    apart = [row(support=1, found=0)] * 50 + [row(support=1, found=1)] * 50
    together = [row(support=10, found=0)] * 5 + [row(support=10, found=10)] * 5

    one, other = estimated(apart)["recall"], estimated(together)["recall"]

    assert one.value == other.value == 0.5
    assert other.high - other.low > 2 * (one.high - one.low)


def test_the_interval_is_as_wide_as_theory_has_it():
    rows = [row(support=1, found=int(index % 5 != 0)) for index in range(1000)]
    recall = estimated(rows)["recall"]
    half = 1.96 * (0.8 * 0.2 / 1000) ** 0.5

    assert recall.low == pytest.approx(0.8 - half, abs=0.005)
    assert recall.high == pytest.approx(0.8 + half, abs=0.005)


def test_without_findings_f_is_zero_and_precision_undefined():
    numbers = estimated([row(support=1)])

    assert numbers["precision"] is None
    assert numbers["f1"].value == 0.0


def test_where_data_tell_recall_alone_there_is_no_f():
    numbers = estimates(sample([row(support=1, found=1)], "A"), np.zeros(1, dtype=bool))

    assert numbers["f2"] == [None, None]
    assert numbers["recall"][0].value == 1.0


def test_the_same_texts_give_the_same_intervals():
    rows = [row(support=1, found=index % 3 == 0) for index in range(40)]

    assert estimated(rows) == estimated(rows)


def test_texts_with_the_same_counts_stand_together():
    texts = sample([row(support=1)] * 3 + [()] * 4, "AB")

    assert texts.counts.shape[0] == 2
    assert sorted(texts.times.tolist()) == [3, 4]
    assert texts.sums[0, 0] == 3


def test_each_draw_has_as_many_texts():
    texts = Sample(np.ones((3, 1, len(Counts._fields))), np.array([2, 3, 5]))

    assert set(np.unique(draws(texts))) == {10.0}


def test_the_total_is_the_sum_of_all_entities():
    counts = np.arange(2 * len(Counts._fields), dtype=float).reshape(2, -1)

    assert with_total(counts)[2].tolist() == counts.sum(axis=0).tolist()
    assert flags_with_total(np.array([False, True])).tolist() == [False, True, True]


def test_ten_thousand_different_texts_of_thirty_entities_are_drawn():
    generator = np.random.default_rng(1)
    entities = [f"E{index}" for index in range(30)]
    counts = generator.integers(0, 40, (10_000, 4, len(Counts._fields)))
    rows = [
        tuple(
            (entities[place], Counts(*each))
            for place, each in zip(range(start, start + 4), text, strict=True)
        )
        for start, text in zip(generator.integers(0, 26, 10_000).tolist(), counts.tolist(), strict=True)
    ]
    found = estimates(sample(rows, entities), np.ones(30, dtype=bool))

    assert DRAWS == 1000
    assert len(found["recall"]) == 31
