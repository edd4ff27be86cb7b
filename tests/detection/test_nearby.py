"""Which words count as near a candidate."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hushgate.detection.alphabet import encoded
from hushgate.detection.nearby import (
    CHARACTERS_AFTER,
    CHARACTERS_BEFORE,
    around,
    folded,
    place,
    vocabulary,
    words_of,
)
from hushgate.detection.prefilter import Words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sort-Code", ["sort", "code"]),
        ("accountNumber", ["account", "number"]),
        ("account_number2", ["account", "number", "2"]),
        ("userIDNumber", ["user", "id", "number"]),
        ("Teléfono ÑANDÚ", ["telefono", "nandu"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("номер счёта", ["номер", "счета"]),
    ],
)
def test_words_are_folded_and_taken_apart(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("entries", "text", "stands"),
    [
        (["card"], "my card: 1", True),
        (["card"], "my cards: 1", False),
        (["sort code"], "sort_code=1", True),
        (["sort code"], "code sort 1", False),
        (["é"], "E 1", True),
        (["電話"], "お電話番号1", True),
        (["บัตร"], "เลขบัตรประชาชน1", True),
        ([], "card 1", False),
    ],
)
def test_an_entry_stands_as_whole_words_or_as_letters_where_words_are_not_spaced(entries, text, stands):
    end = len(text)

    assert vocabulary(entries).stands_in(around(text, end - 1, end, "")) is stands


def test_groups_of_words_do_not_reach_over_the_candidate_or_out_of_the_label():
    code = vocabulary(["sort code"])

    assert not code.stands_in(around("sort 12 code", 5, 7, ""))
    assert not code.stands_in(around("code 12", 5, 7, "sort"))
    assert code.stands_in(around("12", 0, 2, "customer sort code"))


def test_a_word_that_the_candidate_or_the_limit_cuts_is_none():
    assert not vocabulary(["pin"]).stands_in(around("pinABCD", 3, 7, ""))
    assert not vocabulary(["x"]).stands_in(around("x" * 300 + " 1", 301, 302, ""))
    assert not vocabulary(["y"]).stands_in(around("1 " + "y" * 300, 0, 1, ""))


@given(st.text("aB1 _-.é電", max_size=400), st.data())
def test_what_stands_around_a_candidate_stands_in_a_passage_that_holds_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    near = around(text, start, end, "Some label")
    passage = text[max(0, start - CHARACTERS_BEFORE) : end + CHARACTERS_AFTER]
    whole = place([passage], "Some label")

    assert near.words - {"|"} <= whole.words


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
def test_folding_twice_changes_nothing_more(text):
    assert folded(folded(text)) == folded(text)


ENTRIES = ("id", "phone number", "tel", "t1", "a b", "номер счёта", "電話", "é")


@given(
    st.text(st.sampled_from("iIdDpPhoneNumbrtTelLaAbB1 \n_|-"), max_size=40),
    st.sampled_from(["", "tel", "aB"]),
)
@example("iD:phoneNUMBER teLt1", "")
@example("TELid", "")
def test_a_word_that_stands_in_a_text_is_found_possible(text, label):
    vocabularies = [vocabulary([entry]) for entry in ENTRIES]
    possible = Words(vocabularies).match(encoded(label) + b"\n" + encoded(text))

    where = place([text], label)
    assert {index for index, each in enumerate(vocabularies) if each.stands_in(where)} <= set(possible)


def test_a_word_inside_another_is_not_possible():
    words = Words([vocabulary(["tel"]), vocabulary(["phone number"])])

    assert list(words.match(encoded("a hotel, telling of phone 1 number"))) == []
    assert list(words.match(encoded("hotelTel"))) == [0]
