"""Token ids are a code; a token that a model has edited restores to its own value or to none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.transformation.reading import find_tokens, shaped_tokens
from hushgate.transformation.rewrite import replace_spans
from hushgate.transformation.tokens import (
    ALPHABET,
    IDS,
    is_token_id,
    placeholders,
    token_id,
    write_token,
    written_tokens,
)

numbers = st.integers(0, IDS - 1)
ID = token_id(123_456)


@given(numbers, numbers)
def test_two_ids_differ_in_three_places_or_more(a, b):
    distance = sum(x != y for x, y in zip(token_id(a), token_id(b), strict=True))

    assert distance >= 3 or token_id(a) == token_id(b)


@given(numbers, st.data())
def test_an_id_changed_in_one_or_two_places_is_no_id(number, data):
    symbols = list(token_id(number))
    for place in data.draw(st.sets(st.integers(0, 5), min_size=1, max_size=2)):
        symbols[place] = data.draw(st.sampled_from([c for c in ALPHABET if c != symbols[place]]))

    assert not is_token_id("".join(symbols))


@given(numbers)
def test_a_written_token_is_read_back(number):
    text = f"Hello {write_token('US_SSN', token_id(number))}!"

    assert [w.identifier for w in written_tokens(text)] == [token_id(number)]
    assert placeholders(text) == [(6, len(text) - 1)]


@pytest.mark.parametrize(
    "edited",
    [
        f"[ACCOUNT_ID_{ID}]",
        f"[account_id_{ID.lower()}]",
        f"**[ACCOUNT_ID_{ID}]**",
        f"\\[ACCOUNT\\_ID\\_{ID}\\]",
        f"ACCOUNT_ID_{ID}",
        f"account id {ID[:3]} {ID[3:]}",
        f"[Account ID {ID}]",
        f"[ACCOUNT-ID-{ID[:3]}-{ID[3:]}]",
        f"<ACCOUNT_ID_{ID}>",
        f"[{ID}]",
        f"[ACCOUNT_ID_\n{ID}]",
        f"`[ACCOUNT_ID_{ID}]`'s",
        f"&lt;ACCOUNT_ID_{ID}&gt;",
        f"%5BACCOUNT_ID_{ID}%5D",
        f"【ACCOUNT_ID_{ID}】",
        f"[NUMÉRO_DE_COMPTE_{ID}]",
        f"[Kontonummer {ID}]",
        f"[账户_{ID}]",
        f"[ACCOUNT_ID{ID}]",
        f"[ACCOUNT_ID_{ID}s]",
        f"[ACCOUNT_ID_{ID[:2]}\u200b{ID[2:]}]",
    ],
)
def test_an_edited_token_is_found(edited):
    found = find_tokens(f"about {edited} now", {ID: "ACCOUNT_ID"})

    assert [w.identifier for w in found] == [ID]


def test_brackets_and_label_go_with_the_token_and_what_stands_outside_stays():
    live = {ID: "PERSON"}
    texts = {
        f"**[PERSON_{ID}]**'s": "**X**'s",
        f"([PERSON_{ID}])": "(X)",
        f"see [PERSON_{ID} now": "see X now",
        f"see PERSON_{ID}] now": "see X now",
        f"(see PERSON_{ID})": "(see X)",
        f'"Person {ID}"': '"X"',
    }

    for text, expected in texts.items():
        spans = [(w.start, w.end, "X") for w in find_tokens(text, live)]
        assert replace_spans(text, spans).text == expected


@given(numbers, numbers, st.data())
def test_a_token_with_up_to_two_symbols_changed_is_reported_and_never_read_as_another(mine, other, data):
    symbols = list(token_id(mine))
    for place in data.draw(st.sets(st.integers(0, 5), min_size=1, max_size=2)):
        symbols[place] = data.draw(st.sampled_from([c for c in ALPHABET if c != symbols[place]]))
    text = f"Hello [PERSON_{''.join(symbols)}]!"
    live = {token_id(mine): "PERSON", token_id(other): "PERSON"}

    assert find_tokens(text, live) == []
    assert shaped_tokens(text, {"PERSON"}, live) == [(6, len(text) - 1)]


@pytest.mark.parametrize("lost", [ID[:3], ID[3:], ID[1:], ID[:4] + ID[5:]])
def test_a_token_that_lost_symbols_is_reported(lost):
    text = f"[PERSON_{lost}]"

    assert find_tokens(text, {ID: "PERSON"}) == []
    assert shaped_tokens(text, {"PERSON"}, {ID: "PERSON"}) == [(0, len(text))]


@given(st.text(alphabet="abcdefgh 0123456789[]_-OIl", max_size=60))
def test_no_other_token_is_ever_read(text):
    assert all(w.identifier == ID for w in find_tokens(text, {ID: "PERSON"}))


def test_an_id_alone_is_read_when_its_symbols_stand_together():
    apart = f"the code {ID[:3]} {ID[3:]} is yours"

    assert [w.identifier for w in find_tokens(f"the code {ID} is yours", {ID: "PERSON"})] == [ID]
    assert find_tokens(apart, {ID: "PERSON"}) == []


def test_a_label_of_another_entity_restores_nothing():
    assert find_tokens(f"[PERSON_{ID}]", {ID: "US_SSN"}, {"PERSON", "US_SSN"}) == []
    assert len(written_tokens(f"[PERSON_{ID}]")) == 1


@pytest.mark.parametrize(
    "text", ["[4111111111111111]", "[PERSON_411111]", "[X4111]", "[ABC123456789]", "[person]"]
)
def test_brackets_that_hushgate_did_not_write_are_no_placeholder(text):
    assert placeholders(text) == []


def test_a_bracketed_word_that_is_no_entity_is_no_placeholder():
    assert placeholders("[SMITH] and [PERSON]", {"PERSON"}) == [(12, 20)]


@pytest.mark.parametrize(
    "text", ["[PERSON_AAAAA1]", "[PERSON_K7Q2M0]", "[person_k7q2m0]", "[US_SSN_123456]", "[PERSON_K7Q2MU]"]
)
def test_a_forged_token_is_seen_whatever_its_id(text):
    assert shaped_tokens(f"Hello {text}!", {"PERSON", "US_SSN"}) == [(6, 6 + len(text))]


@given(numbers)
def test_an_id_has_a_digit_so_that_a_token_is_seen_however_its_digits_are_written(number):
    identifier = token_id(number)
    token = f"[PERSON_{identifier.replace('0', 'O').replace('1', 'l')}]"

    assert any(map(str.isdecimal, identifier))
    assert shaped_tokens(token, {"PERSON"}) == [(0, len(token))]


@given(st.text(alphabet=[c for c in ALPHABET if c.isalpha()], min_size=6, max_size=6))
def test_letters_alone_are_a_placeholder(letters):
    text = f"[CREDIT_CARD_{letters}]"

    assert shaped_tokens(text, {"CREDIT_CARD"}) == []
    assert written_tokens(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "[PERSON]",
        "[CASE_204871]",
        "[person_masked]",
        "[CREDIT_CARD_MASKED]",
        "[ACCOUNT_ID_HIDDEN]",
        "[PERSON_LOCKED]",
        "[CUSTOMER_NAME]",
        "[ORDER_NUMBER]",
        "[ORDER_STATUS]",
        "[REDACTED]",
        "[PERSON_A1]",
    ],
)
def test_other_words_in_brackets_are_no_forged_token(text):
    assert shaped_tokens(text, {"PERSON", "ORDER", "ORDER_ID", "CREDIT_CARD", "ACCOUNT_ID"}) == []
