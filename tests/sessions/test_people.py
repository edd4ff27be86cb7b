"""Writings of one name share an id; two people never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.sessions.facts import Known
from hushgate.sessions.people import title_before, without_title
from hushgate.sessions.session import Session
from hushgate.transformation.reading import find_tokens
from hushgate.transformation.rewrite import replace_spans

WRITINGS = (
    "Dana Whitfield",
    "Ms Whitfield",
    "Dana",
    "WHITFIELD, Dana",
    "dana w.",
    "D. Whitfield",
    "whitfield",
)


def session() -> Session:
    return Session(b"1" * 32)


def person(at: Session, name: str, **known: str) -> str:
    """The id in the name's token."""
    token = at.pseudonym(Known(name, "PERSON", **known))
    return token[token.index("PERSON_") + 7 :][:6]


def restored(at: Session, text: str) -> str:
    return replace_spans(
        text, [(t.start, t.end, at.restored(t.identifier).value) for t in find_tokens(text, at.live)]
    ).text


@given(st.permutations(WRITINGS[1:]))
def test_every_writing_of_a_known_name_is_one_person_and_restores_as_written(others):
    here = session()
    tokens = {name: here.pseudonym(Known(name, "PERSON")) for name in ("Dana Whitfield", *others)}

    assert len({token[token.index("PERSON_") + 7 :][:6] for token in tokens.values()}) == 1
    assert all(restored(here, token).casefold() == name.casefold() for name, token in tokens.items())


def test_the_token_says_which_part_of_the_name_stood_there():
    here = session()
    mine = person(here, "Dana Whitfield")
    tokens = [here.pseudonym(Known(name, "PERSON")) for name in WRITINGS[:5]]

    assert tokens == [
        f"[PERSON_{mine}]",
        f"Ms [PERSON_{mine}_LAST]",
        f"[PERSON_{mine}_FIRST]",
        f"[PERSON_{mine}_LAST_FIRST]",
        f"[PERSON_{mine}_SHORT]",
    ]


def test_a_surname_that_two_people_share_is_a_person_of_its_own():
    here = session()
    people = {person(here, "Dana Whitfield"), person(here, "Sam Whitfield")}

    assert len(people) == 2
    assert person(here, "Ms Whitfield") not in people
    assert {person(here, "Dana"), person(here, "Sam W.")} == people


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dana Whitfield", "Dana Smith"),
        ("Dana J. Whitfield", "Dana K. Whitfield"),
        ("John Smith Jr.", "John Smith Sr."),
        ("Ms Whitfield", "Mr Whitfield"),
        ("Mr James Patel", "Ms James Patel"),
        ("Dana", "Dan"),
        ("Chen Lee", "Lee Chen"),
    ],
)
def test_two_people_stay_two(one, other):
    here = session()

    assert person(here, one) != person(here, other)


def test_a_name_in_two_fields_of_a_record_is_one_person():
    here = session()
    for field, value in (("first_name", "Dana"), ("last_name", "Whitfield")):
        here.learn(Known(value, "PERSON", path=f"customer.{field}", source="crm", subject="c-1"))

    assert len({person(here, name) for name in ("Whitfield", "Dana", "Dana Whitfield")}) == 1


def test_a_form_that_nobody_wrote_restores_to_the_whole_name():
    here = session()
    mine = person(here, "Dana Whitfield")

    assert restored(here, f"Dear [PERSON_{mine}_FIRST] and [PERSON_{mine}_VORNAME],") == (
        "Dear Dana Whitfield and Dana Whitfield,"
    )


def test_the_token_of_a_writing_never_changes():
    here = session()
    first = here.pseudonym(Known("Whitfield", "PERSON"))
    here.pseudonym(Known("Dana Whitfield", "PERSON"))
    here.pseudonym(Known("Sam Whitfield", "PERSON"))

    assert here.pseudonym(Known("Whitfield", "PERSON")) == first


@given(st.text(max_size=40))
def test_any_text_can_be_a_name(text):
    here = session()

    assert here.pseudonym(Known(text, "PERSON")) == here.pseudonym(Known(text, "PERSON"))


def test_a_title_is_seen_before_a_name_and_at_its_beginning():
    assert without_title("Prof. Dr. Whitfield") == ("Prof. Dr. ", "Whitfield")
    assert title_before("ask Mrs. Whitfield", 9) == "Mrs"
    assert title_before("the farms Whitfield", 10) == ""


@pytest.mark.parametrize(
    ("entity", "one", "other", "same"),
    [
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111.1111.1111.1111", True),
        ("CREDIT_CARD", "4111111111111111", "four" + " one" * 15, True),
        ("PHONE_NUMBER", "(212) 555-0188", "212.555.0188", True),
        ("ACCOUNT_ID", "88-2134/09", "88213409", True),
        ("DATE_TIME", "1-11", "11-1", False),
        ("IP_ADDRESS", "192.0.2.11", "192.0.21.1", False),
        ("ACCOUNT_BALANCE", "1.25", "12.5", False),
    ],
)
def test_separators_and_spelling_make_no_second_value_where_they_tell_nothing(entity, one, other, same):
    here = session()

    assert (here.pseudonym(Known(one, entity)) == here.pseudonym(Known(other, entity))) is same
