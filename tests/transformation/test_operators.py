"""How each action looks."""

import subprocess
import sys
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.finding import Action
from hushgate.transformation.joinable import Keys
from hushgate.transformation.operators import operate
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
        (Action.GENERALIZE, "DATE_OF_BIRTH", "3/5/1984", "1984"),
        (Action.GENERALIZE, "DATE_OF_BIRTH", "14 March 1931", "before 1940"),
        (Action.GENERALIZE, "POSTCODE", "LS1 4DY", "LS1"),
        (Action.GENERALIZE, "POSTCODE", "ec1a1bb", "EC1A"),
        (Action.GENERALIZE, "POSTCODE", "02139-4307", "021**"),
        (Action.GENERALIZE, "POSTCODE", "03601", "000**"),
        (Action.GENERALIZE, "POSTCODE", "1012 AB", "101***"),
        (Action.GENERALIZE, "AGE", "47", "40-49"),
        (Action.GENERALIZE, "AGE", "89 years old", "80-89"),
        (Action.GENERALIZE, "AGE", "90", "90+"),
        (Action.GENERALIZE, "AGE", "104", "90+"),
        (Action.GENERALIZE, "FIELD_VALUE", "88.40", "10-99"),
        (Action.GENERALIZE, "FIELD_VALUE", "-1,250", "-9999 to -1000"),
        (Action.GENERALIZE, "FIELD_VALUE", "0", "0-9"),
        (Action.GENERALIZE, "FIELD_VALUE", "gold", "[FIELD_VALUE]"),
        (Action.GENERALIZE, "PERSON", "Dana", "[PERSON]"),
        (Action.BLOCK, "PERSON", "Dana", "[BLOCKED]"),
    ],
)
def test_an_action_looks_like_this(action, entity, value, expected):
    assert operate(action, entity, value, keys=KEYS) == expected


@given(st.text(max_size=40))
@pytest.mark.parametrize("action", [Action.REDACT, Action.HASH, Action.ENCRYPT, Action.PSEUDONYMIZE])
def test_a_stand_in_is_recognised_as_one(action, value):
    stand_in = operate(action, "PERSON", value, keys=KEYS)

    assert placeholders(stand_in) == [(0, len(stand_in))]


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


@pytest.mark.skipif(find_spec("azure") is not None, reason="then Presidio's operators need its analyzer")
def test_masking_does_without_presidios_analyzer():
    code = (
        "import sys\n"
        "from hushgate.transformation.operators import mask\n"
        "print(mask('PIN', '1234'), *{'spacy', 'presidio_analyzer'} & sys.modules.keys())\n"
        "import presidio_analyzer.llm_utils.azure_auth_helper  # for whoever wants it, it is there"
    )

    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "****\n"
