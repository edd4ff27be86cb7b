"""How each action looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.finding import Action
from hushgate.transformation.operators import Keys, decrypted, operate
from hushgate.transformation.rewrite import replace_spans
from hushgate.transformation.tokens import placeholders

KEYS = Keys.derive(b"a key for tests")


@pytest.mark.parametrize(
    ("action", "entity", "value", "expected"),
    [
        (Action.KEEP, "PERSON", "Dana", "Dana"),
        (Action.DROP, "PERSON", "Dana", ""),
        (Action.REDACT, "CREDIT_CARD", "4111 1111 1111 1111", "[CREDIT_CARD]"),
        (Action.MASK, "PHONE_NUMBER", "212-555-0188", "***-***-****"),
        (Action.MASK, "EMAIL_ADDRESS", "dana.w@example.com", "d***.*@*******.com"),
        (Action.LAST4, "CREDIT_CARD", "4111 1111 1111 1111", "**** **** **** 1111"),
        (Action.LAST4, "PIN", "1234", "**34"),
        (Action.GENERALIZE, "DATE_TIME", "May 3rd, 1984", "1984"),
        (Action.GENERALIZE, "POSTCODE", "LS1 4DY", "LS1***"),
        (Action.GENERALIZE, "AGE", "47", "40-49"),
        (Action.GENERALIZE, "PERSON", "Dana", "[PERSON]"),
        (Action.BLOCK, "PERSON", "Dana", "[BLOCKED]"),
    ],
)
def test_an_action_looks_like_this(action, entity, value, expected):
    assert operate(action, entity, value, keys=KEYS) == expected


@given(st.text(max_size=40))
def test_what_is_encrypted_comes_back_under_its_key(value):
    stand_in = operate(Action.ENCRYPT, "PERSON", value, keys=KEYS)

    assert decrypted("PERSON", stand_in.partition("~")[2][:-1], KEYS.encrypt) == value


@given(st.text(max_size=40))
@pytest.mark.parametrize("action", [Action.REDACT, Action.HASH, Action.ENCRYPT, Action.PSEUDONYMIZE])
def test_a_stand_in_is_recognised_as_one(action, value):
    stand_in = operate(action, "PERSON", value, keys=KEYS)

    assert placeholders(stand_in) == [(0, len(stand_in))]


def test_the_same_value_hashes_alike_under_one_key_and_differently_under_another():
    first = operate(Action.HASH, "IP_ADDRESS", "192.0.2.1", keys=KEYS)

    assert first == operate(Action.HASH, "IP_ADDRESS", "192.0.2.1", keys=KEYS)
    assert first != operate(Action.HASH, "IP_ADDRESS", "192.0.2.1", keys=Keys.derive(b"another"))


spans = st.lists(st.integers(0, 30), min_size=0, max_size=8, unique=True).map(
    lambda cuts: list(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
)


@given(st.text(min_size=30, max_size=30), spans)
def test_text_outside_findings_is_untouched(text, places):
    rewritten = replace_spans(text, [(start, end, "\0") for start, end in places]).text

    pieces = rewritten.split("\0") if "\0" not in text else []

    edges = [0, *(edge for place in places for edge in place), len(text)]
    expected = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert "\0" in text or pieces == expected


@given(st.text(min_size=30, max_size=30), spans, st.text(max_size=5))
def test_every_offset_of_the_new_text_leads_back_into_the_old(text, places, stand_in):
    rewritten = replace_spans(text, [(start, end, stand_in) for start, end in places])

    for start in range(len(rewritten.text)):
        old_start, old_end = rewritten.back(start, start + 1)
        assert 0 <= old_start <= old_end <= len(text)
        inside = any(a <= start < b for a, b, _, _ in rewritten.cuts)
        assert inside or text[old_start:old_end] == rewritten.text[start]
