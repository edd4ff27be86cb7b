"""Law 1: however a draft is cut into chunks, the stream's output is the unary answer."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.calls import PrepareCall, Record, ReviewCall, Verdict
from hushgate.outbound.review import SENDABLE, Progress
from tests.laws.examples import SENTENCES

NAMES = {"tenant": "acme", "session_id": "streams", "agent_id": "", "intent": "order_status"}
OWN = {
    "customer": {"name": "Maren Ostrander", "email": "maren@example.com", "account_number": "88213409118"},
    "order": {"id": "A-2093148", "status": "shipped"},
    "case": {"internal_notes": ["flagged by the fraud desk, promise nothing before the review is over"]},
}
OTHER = {"customer": {"name": "Tobias Lindqvist", "account_number": "55019287736"}}
PLAIN = [
    "Thank you for your patience while I look into this for you.",
    "Your parcel has left our warehouse and should be with you soon.",
    "Is there anything else that I can help you with today?",
    "We are sorry for the delay and will do our best to put it right",
    "Kind regards, your support team",
    "das Paket ist unterwegs",
    "包裹已经寄出。",
]
HARMLESS = [*OWN["customer"].values(), OWN["order"]["id"], "8821 3409 118", "it ends in 09118"]
BLOCKING = ["Tobias Lindqvist", "5501-9287-736", OWN["case"]["internal_notes"][0], "[PERSON_K7Q2M0]"]


@pytest.fixture(scope="module")
def tokens(gate):
    records = (Record("crm", "c-1", json.dumps(OWN)), Record("crm", "c-2", json.dumps(OTHER)))
    prepared = gate.prepare(PrepareCall(**NAMES, customer_id="c-1", records=records))
    customer = json.loads(prepared.records[0].json)["customer"]
    return [value for value in customer.values() if value.startswith("[")]


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
    call = ReviewCall(**NAMES, destination="customer", text="")
    policy = gate.reviewing(call)
    progress, before = Progress(), ""
    for chunk in chunks:
        progress, released = gate.go_on(call, policy, progress.given(chunk))
        if progress.blocked:
            return gate.concluded(call, policy, progress, released), before
        before += released
    progress, released = gate.go_on(call, policy, progress.given("", ended=True))
    return gate.concluded(call, policy, progress, released), before


def reviewed(gate, draft):
    return gate.review(ReviewCall(**NAMES, destination="customer", text=draft))


@given(st.data())
@settings(max_examples=60)
def test_a_stream_answers_as_the_whole(gate, tokens, data):
    draft, chunks = data.draw(chunked([*PLAIN, *HARMLESS, *tokens, *BLOCKING, *SENTENCES[::7]]))

    whole = reviewed(gate, draft)
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
    assert reviewed(gate, released).verdict is not Verdict.BLOCKED


def test_a_long_draft_comes_while_it_is_written(gate, tokens):
    draft = " ".join(PLAIN[:4] * 10)

    released = [streamed(gate, [draft[:length]])[1] for length in range(0, len(draft), 16)]

    first = next(16 * n for n, text in enumerate(released) if text)
    assert first <= 128
    assert all(len(draft[: 16 * n]) - len(text) <= 320 for n, text in enumerate(released))
