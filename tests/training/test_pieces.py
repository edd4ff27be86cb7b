"""A labelled text keeps its labels while it is rewritten."""

from hypothesis import given
from hypothesis import strategies as st
from training.pieces import Piece, cut, join

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
