"""Law 1: however a draft is cut into chunks, the stream's output is the unary answer."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.calls import SENDABLE, ReviewCall, Verdict
from hushgate.outbound.review import Progress
from tests.laws.drafts import BLOCKING, HARMLESS, PLAIN, names, prepared_tokens, reviewed
from tests.laws.examples import SENTENCES

SESSION = "streams"

pytestmark = pytest.mark.usefixtures("each_draft_alone")


@pytest.fixture(scope="module")
def tokens(gate):
    return prepared_tokens(gate, SESSION)


@st.composite
def chunked(draw, pieces):
    draft = "".join(
        draw(st.sampled_from(pieces)) + draw(st.sampled_from([" ", ". ", ", ", "\n", "", " and "]))
        for _ in range(draw(st.integers(0, 14)))
    )
    cuts = draw(st.lists(st.integers(0, len(draft)), max_size=40))
    edges = sorted({0, *cuts, len(draft)})
    return draft, [draft[a:b] for a, b in itertools.pairwise(edges)]


def streamed(gate, chunks):
    """The answer at the end, what was released before it, and after which chunk something came first."""
    call = ReviewCall(**names(SESSION), destination="customer", text="")
    policy = gate.reviewing(call)
    progress, before = Progress(), ""
    for chunk in chunks:
        progress, released = gate.go_on(call, policy, progress.given(chunk))
        if progress.blocked:
            return gate.concluded(call, policy, progress, released), before
        before += released
    progress, released = gate.go_on(call, policy, progress.given("", ended=True))
    return gate.concluded(call, policy, progress, released), before


@given(st.data())
@settings(max_examples=60)
def test_a_stream_answers_as_the_whole(gate, tokens, data):
    draft, chunks = data.draw(chunked([*PLAIN, *HARMLESS, *tokens, *BLOCKING, *SENTENCES[::7]]))

    whole = reviewed(gate, SESSION, draft)
    last, before = streamed(gate, chunks)

    assert last.verdict == whole.verdict
    if whole.verdict in SENDABLE:
        assert before + last.text == whole.text
    if whole.verdict is not Verdict.BLOCKED:
        assert (last.reasons, last.findings) == (whole.reasons, whole.findings)


@given(st.data())
@settings(max_examples=40)
def test_nothing_of_what_blocks_is_released(gate, tokens, data):
    draft, chunks = data.draw(chunked([*PLAIN, *tokens, *BLOCKING]))

    last, before = streamed(gate, chunks)

    released = before + (last.text or "")
    assert not any(value in released for value in BLOCKING)
    assert last.verdict is Verdict.BLOCKED or not any(value in draft for value in BLOCKING)
    assert reviewed(gate, SESSION, released).verdict is not Verdict.BLOCKED


def test_a_long_draft_comes_while_it_is_written(gate, tokens):
    draft = " ".join(PLAIN[:4] * 10)

    released = [streamed(gate, [draft[:length]])[1] for length in range(0, len(draft), 16)]

    first = next(16 * n for n, text in enumerate(released) if text)
    assert first <= 128
    assert all(len(draft[: 16 * n]) - len(text) <= 320 for n, text in enumerate(released))
