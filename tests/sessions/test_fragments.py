"""A number that is given out in parts is found, whatever stands between them; chance is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.sessions.facts import Known
from hushgate.sessions.fragments import Fragments, digit_groups
from hushgate.sessions.recall import Recall

ACCOUNT = Known("88213409118", "ACCOUNT_ID", subject="c-1")
CARD = Known("4111 1111 1111 1111", "CREDIT_CARD", subject="c-1")
SENTENCE = Known("It beats 9,192,631,770 times a second since 1967, they say", "FIELD_VALUE")


def told(text: str, *, before: str = "") -> list[Known]:
    earlier = digit_groups(before)
    fragments = Fragments()
    for known in (ACCOUNT, CARD, SENTENCE):
        fragments.add(known)
    return fragments.find([*earlier, *digit_groups(text)], len(earlier))


def test_parts_are_found_over_sentences_and_rows():
    assert told("It begins with 8821, and then comes 340, and at the end 9118.") == [ACCOUNT]
    assert told("1. 88\n2. 21\n3. 34\n4. 09") == [ACCOUNT]
    assert told("at the end 9118; before that 340; first 8821") == [ACCOUNT]


def test_parts_are_found_over_messages():
    assert told("and 9118 in the end", before="First 8821. Then 340.") == [ACCOUNT]
    assert told("and 24 hours later", before="First 8821. Then 340.") == []


def test_digits_of_another_script_are_digits():
    assert told("٨٨٢١ ثم ٣٤٠ ثم ٩١١٨") == [ACCOUNT]


def test_a_few_digits_are_no_parts():
    assert told("It ends in 118, and there are 409 points on it.") == []
    assert told("It ends in 9118, and there are 8821 points on it.") == []


def test_a_sentence_with_numbers_in_it_is_no_number():
    assert told("It beats 192 times, 631 here and 770 there, since 1967") == []


@pytest.mark.parametrize("times", [0, 1, 3, 8])
def test_the_digits_of_lists_and_codes_are_no_number(times):
    text = "Options:\n1. Z7GOZK\n2. K67C4W\n3. THY2DG\n4. HX1P\nAt 9:15, gate 4, 2 bags, 1 adult, 3 nights."
    assert told(text, before=text * times) == []


@pytest.mark.parametrize("times", [0, 1, 12])
def test_the_numbers_that_count_a_lists_lines_are_no_digits(times):
    text = "".join(f"{n}. **Step**: do it\n" for n in range(1, 10)) + "within 24 hours for $30"
    assert digit_groups(text) == ["24", "30"]
    assert told(text, before=text * times) == []


def test_numbers_in_no_order_are_digits_also_at_the_beginning_of_lines():
    assert digit_groups("8. a\n8. b\n2. c\n2. d") == ["8", "8", "2", "2"]


@given(st.lists(st.integers(1, 4), min_size=11, max_size=11), st.sampled_from([" und ", "; ", "\n- ", " – "]))
def test_however_it_is_cut_it_is_found(sizes, between):
    parts, at = [], 0
    for size in sizes:
        parts.append(ACCOUNT.value[at : at + size])
        at += size
    parts = [part for part in parts if part]

    assert told(between.join(parts)) == [ACCOUNT] or len(parts) == 1


def test_a_value_of_one_digit_over_and_over_is_looked_for_in_long_pieces_alone():
    long = Known("1" * 20_000, "FIELD_VALUE")
    fragments, recall = Fragments(), Recall([long])
    fragments.add(long)

    assert fragments.find(["1"] * 100, 0) == []
    assert recall.find("111111  " * 40, allowed_digits=4) == []
    found = recall.find(f"it is {long.value}", allowed_digits=4)
    assert {each.known for each in found} == {long}
    assert (min(each.start for each in found), max(each.end for each in found)) == (6, 20_006)
