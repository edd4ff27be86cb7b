"""What the name model took of a number, or of the word that announces it, is no name; all else stays one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.detection.bordering import NAMES, apart, numbers
from hushgate.finding import Finding

ANNOUNCED = {
    "US_PASSPORT": {"passport", "us"},
    "IBAN_CODE": {"iban", "code"},
    "POSTCODE": {"cork", "postcode"},
    "CREDIT_CARD": {"card", "visa"},
    "SWIFT_CODE": {"bic"},
}


def left(text: str, named: str, number: str, entity: str, name: str = "PERSON") -> list[str]:
    """What is left of the name ``named`` in the text that holds ``number``."""
    start, at = text.index(named), text.index(number)
    found = [Finding(at, at + len(number), entity, 0.7, "a.rule")]
    given = [Finding(start, start + len(named), name, 0.85, "names.spacy")]
    kept = apart(text, given, numbers(text, found, ()), lambda each: ANNOUNCED.get(each, ()))
    return [text[each.start : each.end] for each in kept]


@pytest.mark.parametrize(
    ("text", "named", "number", "entity", "kept"),
    [
        ("Passport 533401842", "Passport", "533401842", "US_PASSPORT", []),
        ("passport no: 533401842", "passport", "533401842", "US_PASSPORT", []),
        ("Dana's passport 533401842", "Dana's passport", "533401842", "US_PASSPORT", ["Dana's"]),
        ("IBAN GB82 WEST 1234", "IBAN GB82", "GB82 WEST 1234", "IBAN_CODE", []),
        (
            "Dana GB82 WEST 1234 Lee",
            "Dana GB82 WEST 1234 Lee",
            "GB82 WEST 1234",
            "IBAN_CODE",
            ["Dana", "Lee"],
        ),
        ("for Dana 533401842", "Dana", "533401842", "US_PASSPORT", ["Dana"]),
        ("a visa for Dana, 4111111111111111", "Dana", "4111111111111111", "CREDIT_CARD", ["Dana"]),
        ("Passport Lee, 533401842", "Passport", "533401842", "US_PASSPORT", ["Passport"]),
        ("Card of Visa 4111111111111111", "Card of Visa", "4111111111111111", "CREDIT_CARD", []),
        ("BIC COBADEFFXXX", "BIC COBADEFFXXX", "COBADEFFXXX", "SWIFT_CODE", []),
        ("Cork T12 AB34", "Cork", "T12 AB34", "POSTCODE", ["Cork"]),
    ],
)
def test_a_label_and_a_number_are_no_part_of_a_name(
    text: str, named: str, number: str, entity: str, kept: list[str]
) -> None:
    assert left(text, named, number, entity) == kept


def test_a_stand_in_is_announced_like_the_number_that_it_stands_for() -> None:
    text = "passport [US_PASSPORT]"
    named = [Finding(0, 8, "PERSON", 0.85, "names.spacy")]
    known = numbers(text, (), [(9, 22, "US_PASSPORT")])
    assert list(apart(text, named, known, lambda entity: ANNOUNCED[entity])) == []


def test_what_a_model_was_trained_for_is_left_alone() -> None:
    assert left("Passport 533401842", "Passport", "533401842", "US_PASSPORT", "CASE_ID") == ["Passport"]


@given(st.text("aZ 1-", max_size=20), st.data())
def test_nothing_grows_and_nothing_outside_numbers_and_labels_is_lost(text: str, data: st.DataObject) -> None:
    span = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    names = [
        Finding(*data.draw(span), data.draw(st.sampled_from(sorted(NAMES))), 0.85, "names.spacy")
        for _ in range(2)
    ]
    found = [Finding(*data.draw(span), "US_SSN", 0.7, "a.rule") for _ in range(2)]
    known = numbers(text, found, ())
    kept = list(apart(text, names, known, lambda _: ()))
    assert all(any(n.start <= k.start < k.end <= n.end for n in names) for k in kept if k not in names)
    hidden = {at for each in (*kept, *found) for at in range(each.start, each.end)}
    capitals = {at for n in names for at in range(n.start, n.end) if text[at] == "Z"}
    assert capitals <= hidden
