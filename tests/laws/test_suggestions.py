"""What is suggested for a draft that may not go: nothing in it stops it, and no more than it had."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.calls import SENDABLE, Verdict
from tests.laws.drafts import BLOCKING, HARMLESS, PLAIN, prepared_tokens, reviewed
from tests.laws.examples import SENTENCES

SESSION = "suggestions"
STAND_IN = re.compile(r"\[[A-Z_]+\]")
HELD = ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"]


@pytest.fixture(scope="module")
def tokens(gate):
    return prepared_tokens(gate, SESSION)


@given(st.data())
@settings(max_examples=60)
def test_a_suggestion_passes_its_own_review_and_holds_nothing_that_stopped_the_draft(gate, tokens, data):
    pieces = st.sampled_from([*PLAIN, *HARMLESS, *tokens, *BLOCKING, *BLOCKING, *HELD, *SENTENCES[::9]])
    gaps = st.sampled_from([" ", ". ", ", ", "\n", " and "])
    parts = data.draw(st.lists(st.tuples(pieces, gaps), max_size=10))
    draft = "".join(piece + gap for piece, gap in parts)

    answer = reviewed(gate, SESSION, draft)

    assert bool(answer.suggestion) <= (answer.verdict not in SENDABLE)
    assert bool(answer.review_id) == (answer.verdict is Verdict.HELD)
    if answer.suggestion:
        assert reviewed(gate, SESSION, answer.suggestion).verdict in SENDABLE
        assert not any(value in answer.suggestion for value in (*BLOCKING, *HELD))
        at = 0
        for kept in STAND_IN.split(answer.suggestion):
            at = draft.index(kept, at) + len(kept)
    assert reviewed(gate, SESSION, draft).reasons == answer.reasons


def test_most_drafts_that_are_stopped_have_a_suggestion(gate, tokens):
    drafts = [f"{a} {b}. {c}" for a, c in itertools.pairwise(PLAIN) for b in (*BLOCKING, *HELD)]

    assert all(reviewed(gate, SESSION, draft).suggestion for draft in drafts)
