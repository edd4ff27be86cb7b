"""Law 6: a dropped field's value is in no output of Prepare and in no passed text of Review."""

import json
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.calls import Message, PrepareCall, Record, ReviewCall

# Values that tell enough to be one's own: what is as common as "gold" or "100" is no secret.
words = st.text(alphabet=string.ascii_lowercase, min_size=4, max_size=8)
secret_values = st.one_of(
    st.integers(10**8, 10**14),
    st.integers(10**8, 10**14).map(str),
    st.tuples(words, words, words).map(" ".join),
    st.tuples(words, words).map(lambda pair: f"{pair[0]}.{pair[1]}@example.com"),
)
forms = st.sampled_from(
    [
        lambda value: value,
        lambda value: value.upper(),
        lambda value: "-".join(value.split()),
        lambda value: " ".join(value) if value.isdecimal() else value,
        lambda value: f"{value[:3]} {value[3:]}" if value.isdecimal() else value,
        lambda value: f"«{value}»",
    ]
)


def bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


@given(
    secrets=st.dictionaries(words.map(lambda word: f"x_{word}"), secret_values, min_size=1, max_size=4),
    form=forms,
    nested=st.booleans(),
    number=st.integers(0, 10**9),
)
@settings(max_examples=120, deadline=None)
def test_a_dropped_fields_value_never_comes_out(gate, secrets, form, nested, number):
    session_id = f"law6-{number}-{hash(str(secrets))}"
    record = {"order": {"status": "shipped"}, **({"inner": [{"deep": secrets}]} if nested else secrets)}
    said = "; ".join(f"is it {form(str(value))}" for value in secrets.values())
    names = {"tenant": "acme", "session_id": session_id, "agent_id": "", "intent": "order_status"}

    prepared = gate.prepare(
        PrepareCall(
            **names,
            customer_id="c-1",
            messages=(Message("user", said), Message("assistant", said)),
            records=(Record("crm", "c-1", json.dumps(record)),),
        )
    )
    reviewed = gate.review(ReviewCall(**names, destination="customer", text=f"It is so: {said}"))

    out = [m.text for m in prepared.messages] + [r.json for r in prepared.records] + [reviewed.text or ""]
    for value in secrets.values():
        assert all(bare(str(value)) not in bare(text) for text in out)
    gate.end_session("acme", session_id)
