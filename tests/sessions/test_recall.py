"""What a session knows is found in a text, however it is written there, and ordinary words are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.sessions.facts import Known
from hushgate.sessions.recall import Recall

ACCOUNT = Known("88213409118", "ACCOUNT_ID", "account.number", subject="c-1")
NAME = Known("Dana Whitfield", "PERSON", "customer.name", subject="c-1")
MAY = Known("May", "PERSON", "customer.first_name", subject="c-1")
CITY = Known("Reading", "LOCATION", "customer.city", subject="c-1")


def spans(text: str, *known: Known, allowed: int | None = None) -> list[str]:
    found = Recall(known).find(text, allowed_digits=allowed)
    return sorted({text[r.start : r.end] for r in found}, key=len)


@pytest.mark.parametrize(
    "written",
    ["88213409118", "8821-340-9118", "88 21 34 09 11 8", "8 8 2 1 3 4 0 9 1 1 8", "acct88213409118"],
)
def test_a_number_is_found_whatever_separates_its_digits(written):
    assert spans(f"it is {written}, ok", ACCOUNT) == [written.removeprefix("acct")]


@pytest.mark.parametrize("written", ["Dana Whitfield", "DANA WHITFIELD", "dana  whitfield", "DanaWhitfield"])
def test_a_name_is_found_whatever_its_case_and_spaces(written):
    assert written in spans(f"for {written} today", NAME)


def test_the_words_of_a_name_are_found_alone():
    assert spans("Ms Whitfield called; dana was upset", NAME) == ["dana", "Whitfield"]


def test_a_name_spelled_letter_by_letter_is_found():
    assert "W H I T F I E L D" in spans("that is W H I T F I E L D", NAME)


@pytest.mark.parametrize(
    "spelled",
    [
        "quebec x-ray seven papa lima mike",
        "Q for queen, X as in xylophone, 7, P for papa, L for lima, M for mike",
        "Quebec X-ray 7 P L M",
    ],
)
def test_a_code_spelled_by_an_alphabet_is_found(spelled):
    assert spelled in spans(
        f"so it is {spelled}, thanks", Known("QX7PLM", "BOOKING_ID", "booking", subject="c-1")
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("that is rightDana WhitfieldThank you", ["Dana", "Whitfield", "Dana Whitfield"]),
        ("see DanaWhitfieldInvoice.pdf", ["Dana", "Whitfield", "DanaWhitfield"]),
        ("ask WhitfieldOr somebody", ["Whitfield"]),
        ("ask danawhitfieldor somebody", []),
        ("in LaDanaMode we trust", []),
        ("dana whitfieldand the rest", ["dana", "dana whitfield"]),
        ("put rightDana Whitfielddas Paket", ["Dana Whitfield"]),
        ("fordana whitfield", ["whitfield"]),
    ],
)
def test_a_name_glued_to_other_words_is_found_where_a_capital_shows_its_end(text, found):
    surname = Known("Whitfield", "PERSON", "customer.last_name", subject="c-1")
    assert set(spans(text, NAME, surname)) - {"Dana"} == set(found) - {"Dana"}


@pytest.mark.parametrize(
    "text", ["McDonald is here", "the MacBook works", "on YouTube", "PayPal and LinkedIn"]
)
def test_an_ordinary_name_inside_a_word_is_not_the_value(text):
    known = [Known(v, "PERSON", "n", subject="c-1") for v in ("Donald", "Book", "Tube", "Pal", "Linked")]
    assert spans(text, *known) == []


@given(st.integers(257, 700), st.sampled_from(["Aa ", "ab", "a b-", "12 "]), st.integers(0, 900))
def test_a_long_value_that_repeats_itself_is_covered_to_its_end(length, unit, more):
    value, text = unit * length, unit * (length + more)
    found = Recall([Known(value, "ACCOUNT_ID", "a")]).find(text)

    covered = {at for r in found for at in range(r.start, r.end)}
    assert {at for at, c in enumerate(text) if c.isalnum()} <= covered


@pytest.mark.parametrize("text", ["Danake", "1882134091189", "Whitfieldson"])
def test_a_longer_word_or_number_is_another(text):
    assert spans(text, ACCOUNT, NAME) == []


@pytest.mark.parametrize("text", ["May I help you?", "You may go.", "I was reading it. Reading helps."])
def test_a_common_word_is_not_the_value(text):
    assert spans(text, MAY, CITY) == []


@pytest.mark.parametrize(
    ("text", "value"), [("Hello dear May, hi", "May"), ("I live in Reading now", "Reading")]
)
def test_a_common_word_written_as_a_name_is_the_value(text, value):
    assert spans(text, MAY, CITY) == [value]


def test_more_digits_of_a_number_than_allowed_are_found():
    assert spans("ending in 09118", ACCOUNT, allowed=4) == ["09118"]
    assert spans("ending in 9118", ACCOUNT, allowed=4) == []
    assert spans("ending in 09118", ACCOUNT) == []


@pytest.mark.parametrize("value", ["gold", "in transit", "100", "USA", "true"])
def test_an_untyped_value_that_tells_little_is_not_looked_for(value):
    assert spans(f"it is {value} now", Known(value, "FIELD_VALUE", dropped=True)) == []


@pytest.mark.parametrize("value", ["Ravenscourt", "INT-RISK-7731", "loss prevention case"])
def test_an_untyped_value_that_tells_much_is_found(value):
    assert spans(f"it is {value} now", Known(value, "FIELD_VALUE", dropped=True)) == [value]


BORN = Known("1974-08-23", "DATE_OF_BIRTH", "customer.date_of_birth", subject="c-1")
ELDER = Known("08/23/1935", "DATE_OF_BIRTH", "customer.date_of_birth", subject="c-1")


@pytest.mark.parametrize(
    "written",
    [
        "23 August 1974", "August 23rd, 1974", "23.08.1974", "8/23/74", "23 Aug 74", "23-aug-74", "23AUG1974",
        "23 August '74", "Aug 23, '74", "1974, August 23", "1974-Aug-23", "19740823", "23081974", "082374",
    ],
)  # fmt: skip
def test_a_birthday_is_found_in_whatever_form(written):
    assert spans(f"born on {written}, I think", BORN) == [written]


@pytest.mark.parametrize("written", ["23 Aug 35", "8/23/35", "350823"])
def test_a_year_of_two_digits_may_be_of_the_last_century(written):
    assert spans(f"born on {written}, I think", ELDER) == [written]


@pytest.mark.parametrize(
    "text", ["23 August", "August 1974", "24 Aug 74", "2308197", "in 1974, in August 23 of us"]
)
def test_another_date_or_a_part_of_one_is_not_the_birthday(text):
    assert spans(text, BORN) == []


def test_a_birthday_in_disguise_is_found():
    assert spans("born on " + "\u200b".join("23/08/1974"), BORN) == ["\u200b".join("23/08/1974")]


KNOWN = st.builds(
    Known,
    st.sampled_from(
        ["88213409118", "88213409", "Dana Whitfield", "Dana", "Whitfield", "May", "a@example.com"]
    )
    | st.integers(1000000, 1000120).map(str),
    st.sampled_from(["ACCOUNT_ID", "PERSON"]),
    st.sampled_from(["", "a.b"]),
)


@given(st.lists(KNOWN, max_size=90), st.sets(st.integers(0, 90)))
def test_an_index_that_has_grown_finds_what_one_made_at_once_does_in_the_same_order(known, asked):
    text = "Dana Whitfield, May, 8821-3409118, " + " ".join(str(1000000 + n) for n in range(0, 120, 3))
    grown = Recall()
    for at, value in enumerate(known):
        grown.add(value)
        if at in asked:
            grown.find(text, allowed_digits=4)

    assert grown.find(text, allowed_digits=4) == Recall(known).find(text, allowed_digits=4)
