"""A made-up value stands for one value, comes back however a model writes it, and is never somebody's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.detection.checks import CHECKS
from hushgate.sessions.facts import Known, canonical
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.session import Session
from hushgate.sessions.vault import Vault
from hushgate.transformation.rewrite import replace_spans

NAMES = [
    "Dana Whitfield",
    "Robert Okonjo",
    "Whitfield",
    "Ms Whitfield",
    "José Núñez",
    "van den Berg",
    "O'Brien, Ann",
]
keys = st.binary(min_size=32, max_size=32)
digits = st.integers(10**15, 10**16 - 1).map(str)
knowns = st.one_of(
    st.sampled_from(NAMES).map(lambda name: Known(name, "PERSON")),
    st.builds("{}-555-{:04}".format, st.integers(201, 989), st.integers(0, 9999)).map(
        lambda phone: Known(phone, "PHONE_NUMBER")
    ),
    digits.map(lambda card: Known(card, "CREDIT_CARD")),
    st.emails(domains=st.just("example.org")).map(lambda mail: Known(mail, "EMAIL_ADDRESS")),
    st.ip_addresses(v=4).map(lambda ip: Known(str(ip), "IP_ADDRESS")),
    st.dates().filter(lambda d: 1910 < d.year < 2090).map(lambda d: Known(d.isoformat(), "DATE_TIME")),
)


def restored(session: Session, draft: str) -> str:
    standing = session.surrogates.find(draft)
    assert standing.unknown == ()
    return replace_spans(draft, [(r.start, r.end, r.text) for r in standing.restored]).text


def named(session: Session, *names: str) -> list[str]:
    return [session.pseudonym(Known(name, "PERSON"), surrogate=True) for name in names]


@given(keys, st.lists(knowns, max_size=12, unique_by=lambda known: canonical(known.value)))
@settings(max_examples=60)
def test_what_stands_in_comes_back_and_is_no_value_of_the_session(key, values):
    session = Session(key)
    for known in values:
        session.learn(known)

    texts = [session.pseudonym(known, surrogate=True) for known in values]

    made = [(k, t) for k, t in zip(values, texts, strict=True) if not t.startswith("[")]
    for known, text in made:
        assert restored(session, f"It is {text}.") == f"It is {known.value}."
        assert session.pseudonym(known, surrogate=True) == text
        assert known.entity == "DATE_TIME" or not session.known_as(text)
        assert known.entity != "CREDIT_CARD" or not CHECKS["luhn"](text)


@given(keys, keys)
def test_another_session_makes_up_others(one, other):
    session = Session(one)
    values = [Known("Dana Whitfield", "PERSON"), Known("dana.w@example.org", "EMAIL_ADDRESS")]

    first, second = ([s.pseudonym(v, surrogate=True) for v in values] for s in (session, Session(other)))

    assert (first == second) == (one == other)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ("{given}'s parcel", "Dana's parcel"),
        ("Dear Ms {surname},", "Dear Ms Whitfield,"),
        ("the {surname}s", "the Whitfields"),
        ("{GIVEN} {SURNAME}", "DANA WHITFIELD"),
        ("{SURNAME}, {given}", "WHITFIELD, Dana"),
        ("**{given}** _{surname}_", "**Dana** _Whitfield_"),
        ("{given}\n{surname}", "Dana\nWhitfield"),
        ("{small}", "dana"),
    ],
)
def test_a_name_comes_back_in_the_form_a_model_gave_it(edit, expected):
    session = Session(b"k" * 32)
    given_name, surname = named(session, "Dana Whitfield")[0].split()

    draft = edit.format(
        given=given_name,
        surname=surname,
        GIVEN=given_name.upper(),
        SURNAME=surname.upper(),
        small=given_name.lower(),
    )

    assert restored(session, draft) == expected


def test_a_surname_cut_to_its_first_letter_is_the_real_one():
    session = Session(b"k" * 32)
    session.learn(Known("Dana Whitfield", "PERSON"))
    given_name, surname = named(session, "Dana Whitfield")[0].split()

    assert restored(session, f"{given_name} {surname[0]}. called") == "Dana W. called"


def test_all_writings_of_a_name_have_the_same_made_up_words():
    session = Session(b"k" * 32)

    full, surname, capitals, other = named(
        session, "Dana Whitfield", "Ms Whitfield", "WHITFIELD, DANA", "Eve Whitfield"
    )

    one, two = full.split()
    assert surname == f"Ms {two}"
    assert capitals == f"{two.upper()}, {one.upper()}"
    assert other.split()[1] == two
    assert other.split()[0] != one


@pytest.mark.parametrize(
    ("name", "gender"), [("Mrs Smith Ann", "f"), ("Herr Schmidt", "m"), ("Fiona Whitfield", "f")]
)
def test_a_title_or_a_listed_name_gives_the_gender_form(name, gender):
    from hushgate.transformation.people import parts

    assert {part.gender for part in parts(name)} == {gender}


def test_a_long_conversation_does_not_run_out_of_names():
    session = Session(b"k" * 32)
    people = [
        f"Zy{chr(97 + n // 26)}{chr(97 + n % 26)}ra Qu{chr(97 + n // 26)}{chr(97 + n % 26)}vo"
        for n in range(80)
    ]

    made = named(session, *people)

    assert not any(name.startswith("[") for name in made)
    assert len({word for name in made for word in name.split()}) == 160


def test_other_scripts_have_a_token_because_their_names_are_inflected():
    session = Session(b"k" * 32)

    assert named(session, "Мария Иванова", "山田太郎") == [
        session.pseudonym(Known(name, "PERSON")) for name in ("Мария Иванова", "山田太郎")
    ]


def test_what_has_no_safe_stand_in_has_a_token():
    session = Session(b"k" * 32)

    assert session.pseudonym(Known("88213409118", "ACCOUNT_ID"), surrogate=True).startswith("[ACCOUNT_ID_")


def test_a_number_named_by_its_last_four_digits_is_named_by_the_real_ones():
    session = Session(b"k" * 32)
    card = session.pseudonym(Known("4111 1111 1111 1234", "CREDIT_CARD"), surrogate=True)

    assert restored(session, f"the card ending in {card[-4:]}") == "the card ending in 1234"


def test_a_made_up_name_that_turns_out_to_be_real_stands_for_nothing_and_is_reported():
    session = Session(b"k" * 32)
    surname = named(session, "Whitfield")[0]

    session.learn(Known(f"Mark {surname}", "PERSON", said=True))

    standing = session.surrogates.find(f"Dear Mr {surname}")
    assert (standing.restored, standing.unknown) == ((), ((8, 8 + len(surname)),))
    again, real = named(session, "Whitfield", surname)
    assert len({again, real, surname, "Whitfield"}) == 4
    assert restored(session, f"{again} and {real}") == f"Whitfield and {surname}"


def test_an_inflected_made_up_name_is_reported():
    session = Session(b"k" * 32)
    surname = named(session, "Ms Whitfield")[0].removeprefix("Ms ")

    assert session.surrogates.find(f"dla {surname}owi").unknown == ((4, 7 + len(surname)),)


def test_two_vaults_on_one_store_agree_and_both_restore():
    store = MemoryStore()
    vault = Vault(store, TenantKeys.of(b"m" * 32))
    text = named(vault.open("acme", "s-1"), "Dana Whitfield")[0]
    vault.save("acme", "s-1")

    other = Vault(store, TenantKeys.of(b"m" * 32)).open("acme", "s-1")

    assert restored(other, text) == "Dana Whitfield"
    assert named(other, "Dana Whitfield") == [text]


def test_dates_that_the_model_works_out_move_back_where_all_dates_were_moved():
    session = Session(b"k" * 32)
    made = session.pseudonym(Known("2025-03-14", "DATE_TIME"), surrogate=True)
    other = session.pseudonym(Known("2025-03-24", "DATE_TIME"), surrogate=True)

    assert restored(session, f"{made} to {other}") == "2025-03-14 to 2025-03-24"
    from datetime import date, timedelta

    later = date.fromisoformat(made) + timedelta(3)
    assert restored(session, f"by {later:%B} {later.day}, {later.year}") == "by March 17, 2025"


def test_where_only_births_were_moved_other_dates_stay():
    session = Session(b"k" * 32)
    made = session.pseudonym(Known("14 March 1985", "DATE_OF_BIRTH"), surrogate=True)

    assert restored(session, f"{made}, sent 2025-03-14") == "14 March 1985, sent 2025-03-14"
