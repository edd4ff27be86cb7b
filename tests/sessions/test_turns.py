"""A value that comes in two turns, in one call or in two, is one value."""

import re

from hushgate.calls import Message, PrepareCall
from hushgate.sessions.turns import tail

NAMES = {"tenant": "acme", "intent": "order_status", "agent_id": ""}


def said(gate, session_id, *turns):
    """What the model sees of the customer's turns."""
    call = PrepareCall(**NAMES, session_id=session_id, messages=tuple(Message("user", t) for t in turns))
    return [message.text for message in gate.prepare(call).messages]


def test_the_second_half_is_hidden_when_the_first_came_in_an_earlier_call(gate):
    said(gate, "halves", "my card is 4111 1111")

    assert said(gate, "halves", "1111 1111 is the rest") == ["[CREDIT_CARD] is the rest"]


def test_a_turn_between_ends_a_number(gate):
    said(gate, "between", "my card is 4111 1111")
    said(gate, "between", "sorry, one moment please, my dog barks")

    assert said(gate, "between", "it has 1111 1111 things") == ["it has 1111 1111 things"]


def test_a_telephone_number_in_two_turns_spelled_or_typed_is_one_token(gate):
    whole = said(gate, "phone", "call me at 212-555-0188")[0]
    token = re.search(r"\[PHONE_NUMBER_\w+\]", whole).group()

    assert said(gate, "phone", "that is 212-555", "0188") == [f"that is {token}", token]
    assert said(gate, "phone", "two one two five five five oh one eight eight") == [token]


def test_what_an_early_turn_pseudonymised_is_the_same_forty_turns_later(gate):
    turn = "I am at dana@example.com, call 212-555-0188"
    early = said(gate, "long", turn)
    for number in range(40):
        said(gate, "long", f"and user{number}@example.com too")

    assert said(gate, "long", turn) == early


def test_a_turn_that_ends_in_words_has_no_tail():
    assert tail("where is my kettle?") == ""
    assert tail("it is 4111 1111...") == "it is 4111 1111..."
