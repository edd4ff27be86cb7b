"""Noise changes how a text is written, never what in it is a name."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("faker", reason="the training extra is not installed")
pytest.importorskip("english_words", reason="the training extra is not installed")
pytest.importorskip("names", reason="the training extra is not installed")
pytest.importorskip("symspellpy", reason="the training extra is not installed")

from training.pieces import Piece, join

from training import noise

LABELS = st.sampled_from(("", "PERSON", "LOCATION"))
PIECES = st.lists(st.builds(Piece, st.text(alphabet="aB c.é", min_size=1, max_size=9), LABELS), max_size=8)


@given(PIECES, st.integers(0, 10_000))
def test_noise_neither_adds_nor_drops_a_labelled_piece(pieces, seed):
    rough = noise.roughen(pieces, random.Random(seed), 0.4)

    assert [piece.label for piece in rough] == [piece.label for piece in pieces]


def test_text_as_recognised_from_speech_has_no_capitals_and_no_stops():
    heard = noise.bare([Piece("Hi, I'm "), Piece("Dana Whitfield", "PERSON"), Piece(".")])

    assert join(heard).text == "hi i'm dana whitfield"


def test_in_prose_names_alone_never_lose_their_capitals():
    pieces = [Piece("The Minister met "), Piece("Dana Whitfield", "PERSON"), Piece(".")]

    for seed in range(300):
        rough = noise.recase(pieces, random.Random(seed), 0.0, 0.0, prose=True)
        assert not (rough[1].text.islower() and not rough[0].text.islower())
