"""A labelled text keeps its labels while it is rewritten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.pieces import Piece, cut, join
from training.score import Tally, tally

LABELS = st.sampled_from(("", "PERSON", "LOCATION"))
PIECES = st.lists(st.builds(Piece, st.text(alphabet="aB c.é", min_size=1, max_size=9), LABELS), max_size=8)


@given(PIECES)
def test_spans_lie_in_the_text_in_order_and_hold_no_outer_space(pieces):
    sample = join(pieces)

    assert sample.text == "".join(piece.text for piece in pieces)
    ends = [0]
    for start, end, label in sample.spans:
        assert ends[-1] <= start < end <= len(sample.text)
        assert sample.text[start:end].strip() == sample.text[start:end]
        assert label
        ends.append(end)


@given(PIECES)
def test_cutting_what_was_joined_gives_the_same_text_and_spans(pieces):
    sample = join(pieces)

    again = join(cut(sample.text, sample.spans))

    assert again == sample


def test_of_overlapping_spans_the_earlier_is_kept():
    pieces = cut("Dana Whitfield", [(0, 14, "PERSON"), (5, 14, "LOCATION")])

    assert pieces == [Piece("Dana Whitfield", "PERSON")]


@pytest.mark.parametrize(
    ("predicted", "recall", "precision", "strict"),
    [
        ([(0, 4, "PERSON")], 1.0, 1.0, 1.0),
        ([(0, 9, "PERSON")], 1.0, 1.0, 0.0),
        ([(0, 4, "PERSON"), (10, 13, "PERSON")], 1.0, 0.5, 2 / 3),
    ],
)
def test_scoring_tells_overlap_from_exact_spans(predicted, recall, precision, strict):
    record = {"text": "Dana from Rome", "spans": [{"start": 0, "end": 4, "type": "PERSON"}], "meta": {}}
    into = Tally()

    tally(record, predicted, "PERSON", into)

    assert (into.recall, into.precision, into.strict) == pytest.approx((recall, precision, strict))


def test_what_a_set_says_to_ignore_counts_neither_way():
    record = {
        "text": "Dana from Rome",
        "spans": [{"start": 0, "end": 4, "type": "PERSON"}],
        "meta": {"ignore": [[0, 4]]},
    }
    into = Tally()

    tally(record, [(0, 4, "PERSON")], "PERSON", into)

    assert (into.gold, into.predicted, into.alarmed) == (0, 0, 0)
