"""What is suggested for a draft that may not go: nothing in it stops it, and no more than it had."""

import itertools
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.calls import SENDABLE, ReviewCall, Verdict
from hushgate.outbound.review import Progress
from tests.laws.drafts import BLOCKING, HARMLESS, PLAIN, names, prepared_tokens, reviewed
from tests.laws.examples import SENTENCES

SESSION = "suggestions"

pytestmark = pytest.mark.usefixtures("each_draft_alone")
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


LEAVES = st.sampled_from([*PLAIN[:3], *HARMLESS, *BLOCKING, *HELD, "A-2093148", 7, 55019287736, True, None])


@given(st.dictionaries(st.sampled_from(["to", "note", "55019287736"]), st.lists(LEAVES, max_size=3)))
@settings(max_examples=60)
def test_of_a_tool_call_what_stops_it_is_left_out(gate, tokens, arguments):
    answer = reviewed_call(gate, arguments)

    if answer.suggestion:
        left = json.loads(answer.suggestion)
        assert answer.verdict not in SENDABLE
        assert reviewed_call(gate, left).verdict in SENDABLE
        assert left.keys() <= arguments.keys()
        assert all(len(left[key]) <= len(arguments[key]) for key in left)
    assert reviewed_call(gate, arguments).reasons == answer.reasons


def reviewed_call(gate, arguments):
    call = ReviewCall(**names(SESSION), destination="tool", tool="crm", arguments_json=json.dumps(arguments))
    return gate.review(call)


@given(st.data())
@settings(max_examples=40)
def test_of_a_stream_that_is_stopped_the_rest_passes_its_own_review(gate, tokens, data):
    pieces = st.sampled_from([*PLAIN, *HARMLESS, *tokens, *BLOCKING, *HELD])
    draft = ". ".join(data.draw(st.lists(pieces, min_size=2, max_size=10)))
    size = data.draw(st.integers(1, 60))
    call = ReviewCall(**names(SESSION), destination="customer", text="")
    course, progress, out = gate.reviewing(call), Progress(), ""
    for at in range(0, len(draft) + size, size):
        progress = progress.given(draft[at : at + size], ended=at >= len(draft))
        progress, released = gate.go_on(call, course, progress)
        out += released
        if progress.blocked:
            break

    rest = gate.unsent(call, course, progress, draft[: at + size])

    assert not rest or progress.stopped
    if rest:
        assert reviewed(gate, SESSION, rest).verdict in SENDABLE
        assert not any(value in rest for value in (*BLOCKING, *HELD))
        assert STAND_IN.split(rest)[0] in draft[progress.sent :]
