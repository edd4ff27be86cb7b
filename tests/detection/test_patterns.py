"""The rules over a text and its views: one answer in the text's own offsets, no value twice."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.detection.patterns import Patterns
from hushgate.detection.rule import Rule

RULES = (
    Rule(
        "toy.card", "CREDIT_CARD", r"\b\d(?:[ -]?\d){11,18}\b", checksum="luhn", score=0.6, context=("card",)
    ),
    Rule("toy.phone", "PHONE_NUMBER", r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b", score=0.5),
    Rule("toy.email", "EMAIL_ADDRESS", r"\b[\w.]{1,30}@\w{1,30}\.com\b", score=0.9),
    Rule("toy.account", "ACCOUNT", r"\baccount (?P<value>\d{4}-?\d{4})\b", score=0.7),
    Rule("toy.code", "CODE", r"\bcode (?P<value>\d{3,8})\b", score=0.5),
)


@pytest.fixture(scope="module")
def patterns():
    return Patterns(RULES)


def found(patterns, text, label=""):
    return [
        (each.entity, text[each.start : each.end], each.rule) for each in patterns.find(text, label=label)
    ]


@pytest.mark.parametrize(
    "value",
    [
        "4111 1111 1111 1111",
        "4111\u200b1111\u00a01111–1111",
        "four one one one one one one one one one one one one one one one",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4111/1111/1111/1111",
        "4111%201111%201111%201111",
        "４１１１１１１１１１１１１１１１",
        "1111 1111 1111 1114",
    ],
)
def test_a_disguised_value_is_found_as_a_whole(patterns, value):
    assert ("CREDIT_CARD", value, "toy.card") in found(patterns, f"my card {value}, thanks")


def test_an_encoded_value_is_found_as_the_whole_code(patterns):
    code = base64.b64encode(b'{"mail": "dana@example.com"}').decode()

    assert found(patterns, f"see {code} there") == [("EMAIL_ADDRESS", code, "toy.email")]


def test_what_the_text_itself_shows_is_not_found_again_in_a_view(patterns):
    text = "dana@example.com, caf\u200be, four one one one, 212-555-0188"

    assert found(patterns, text) == [
        ("EMAIL_ADDRESS", "dana@example.com", "toy.email"),
        ("PHONE_NUMBER", "212-555-0188", "toy.phone"),
    ]


def test_a_disguised_word_counts_as_context(patterns):
    assert found(patterns, "co\u200bde 1234") == [("CODE", "1234", "toy.code")]


def test_views_that_join_what_was_apart_need_a_check_or_a_sure_rule(patterns):
    assert found(patterns, "212/555/0188") == []
    assert found(patterns, "account 1234_5678") == [("ACCOUNT", "1234_5678", "toy.account")]
    assert found(patterns, "order 1111 1111 1111 1114") == []


def test_the_label_is_context_for_views_too(patterns):
    assert found(patterns, "1111 1111 1111 1114", label="payment card") == [
        ("CREDIT_CARD", "1111 1111 1111 1114", "toy.card")
    ]


def test_findings_are_in_order_each_once(patterns):
    text = "dana at example dot com 212-555-0188 four one one one code one two three"

    findings = patterns.find(text)

    assert findings == sorted(set(findings), key=lambda each: (each.start, -each.end, each.rule))
    assert [text[each.start : each.end] for each in findings] == [
        "dana at example dot com",
        "212-555-0188",
        "one two three",
    ]


PIECES = st.sampled_from(
    [
        *"0123456789",
        "one ",
        "four ",
        "double ",
        " at ",
        " dot com",
        "@",
        "%34",
        "&#52;",
        "\u200b",
        "٤",
        "–",
        "а",
        "\ud800",
        "code ",
    ]
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_finding_lies_in_the_text(patterns, text):
    for each in patterns.find(text):
        assert 0 <= each.start < each.end <= len(text)
        assert 0.4 <= each.score <= 1


LINES = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(
                [
                    "level=info took=0.123s items=886",
                    "",
                    "\n",
                    "code 123",
                    "account 1234",
                    "account 5678",
                    "card 4111 1111 1111 1111",
                    "card 4111 1111 1111 1112",
                    "4111/1111/1111/1111",
                    "mail dana@example.com",
                    "four one one one",
                    "caf\u00e9 212-555-0188",
                    "word " * 500,
                ]
            ),
            st.text("account 1234@-.\n\ud800é", max_size=20),
        ),
        st.sampled_from(["", "", "account", "code"]),
    ),
    max_size=40,
)


@settings(max_examples=150)
@given(LINES)
def test_many_texts_are_found_to_hold_what_each_of_them_holds(patterns, asked):
    texts, labels = [text for text, _ in asked], [label for _, label in asked]
    questions = [""] * len(asked)

    alone = [patterns.find(text, label=label) for text, label in asked]
    assert patterns.find_many(texts, labels, questions) == alone
