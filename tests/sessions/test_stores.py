"""What every store promises the vault, tried on memory, SQLite and a real Redis."""

import time

import pytest

from hushgate.failure import Failure, Reason
from hushgate.sessions.redis_store import RedisStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.store import MOST_ANSWERS, MOST_HOLDERS, Answer, Charge, Exhausted, Holding, Row

SESSION = b"\xffsession\0one" + bytes(20)
OTHER = b"session two" + bytes(21)
LATER = time.time() + 3600.25
ROW = Row(b"l" * 16, b"\0wrapped\xff", LATER)


def test_the_first_secret_stays_and_is_replaced_only_by_who_knows_it(store):
    assert store.secret(b"first") == b"first"
    assert store.secret(b"second") == b"first"

    assert not store.replace_secret(b"second", b"third")
    assert store.replace_secret(b"first", b"third")
    assert store.secret(b"fourth") == b"third"


def test_state_is_replaced_only_by_who_knows_it_and_can_be_taken_away(store):
    name = b"\xffpolicies\0"
    assert store.state(name) is None
    assert not store.replace_state(name, b"other", b"\0one\xff")
    assert store.replace_state(name, None, b"\0one\xff")
    assert not store.replace_state(name, None, b"two")
    assert store.state(name) == b"\0one\xff"
    assert store.replace_state(name, b"\0one\xff", b"two")
    assert not store.replace_state(name, b"\0one\xff", None)
    assert store.replace_state(name, b"two", None)
    assert store.state(name) is None


def test_a_session_is_read_as_it_was_made_and_is_made_once(store):
    assert store.read(SESSION, b"", 0) is None

    assert store.create(SESSION, ROW)
    assert not store.create(SESSION, Row(b"m" * 16, b"other", LATER))

    found = store.read(SESSION, b"", 0)
    assert (found.row, list(found.entries)) == (ROW, [])


def test_entries_are_read_after_a_number_or_all_of_them_of_another_life(store):
    store.create(SESSION, ROW)
    for number, entry in enumerate((b"\0one\xff", b"two", b"three")):
        assert store.add(SESSION, ROW, number, entry)

    assert list(store.read(SESSION, ROW.life, 0).entries) == [b"\0one\xff", b"two", b"three"]
    assert list(store.read(SESSION, ROW.life, 2).entries) == [b"three"]
    assert list(store.read(SESSION, b"another life", 2).entries) == [b"\0one\xff", b"two", b"three"]


def test_of_two_entries_with_one_number_the_first_stays_and_nothing_else_of_the_second(store):
    store.create(SESSION, ROW)
    assert store.add(SESSION, ROW, 0, b"first")

    refused = store.add(SESSION, ROW, 0, b"second", subjects=[b"s"], answer=Answer(b"name", b"sealed"))

    assert not refused
    assert list(store.read(SESSION, b"", 0).entries) == [b"first"]
    assert store.answer(SESSION, ROW.life, b"name") is None


def test_of_two_answers_with_one_name_the_first_stays_and_nothing_else_of_the_second(store):
    store.create(SESSION, ROW)
    assert store.add(SESSION, ROW, 0, None, answer=Answer(b"\0name\xff", b"first"))

    assert not store.add(SESSION, ROW, 0, b"entry", answer=Answer(b"\0name\xff", b"second"))

    assert store.answer(SESSION, ROW.life, b"\0name\xff") == b"first"
    assert list(store.read(SESSION, b"", 0).entries) == []


def test_the_oldest_answers_give_way(store):
    store.create(SESSION, ROW)
    for number in range(MOST_ANSWERS + 3):
        assert store.add(SESSION, ROW, 0, None, answer=Answer(b"%d" % number, b"sealed"))

    kept = [store.answer(SESSION, ROW.life, b"%d" % n) is not None for n in range(MOST_ANSWERS + 3)]

    assert kept == [False] * 3 + [True] * MOST_ANSWERS


def test_nothing_is_added_to_a_session_that_has_ended_or_began_anew(store):
    store.create(SESSION, ROW)
    store.add(SESSION, ROW, 0, b"entry", answer=Answer(b"name", b"sealed"))
    assert store.end(SESSION)
    assert not store.end(SESSION)

    assert not store.add(SESSION, ROW, 1, b"entry")

    again = Row(b"n" * 16, b"wrapped anew", LATER)
    assert store.create(SESSION, again)
    assert not store.add(SESSION, ROW, 0, b"entry")
    assert not store.rewrap(SESSION, ROW, b"wrapped")
    assert store.answer(SESSION, again.life, b"name") is None
    assert list(store.read(SESSION, b"", 0).entries) == []


def test_a_key_is_wrapped_anew_only_by_who_knows_the_old_one(store):
    store.secret(b"secret")
    store.create(SESSION, ROW)

    assert store.rewrap(SESSION, ROW, b"new")
    assert not store.rewrap(SESSION, ROW, b"newer")

    assert store.read(SESSION, b"", 0).row == Row(ROW.life, b"new", LATER)
    assert sorted(store.wrapped_keys()) == [b"new", b"secret"]


def test_the_sessions_of_a_subject_are_those_that_were_added_and_have_not_ended(store):
    for session, life in ((SESSION, b"l" * 16), (OTHER, b"o" * 16)):
        row = Row(life, b"wrapped", LATER)
        store.create(session, row)
        store.add(session, row, 0, b"entry", subjects=[b"\0subject", b"of " + session])

    assert sorted(store.of_subject(b"\0subject")) == sorted([SESSION, OTHER])
    assert list(store.of_subject(b"of " + SESSION)) == [SESSION]
    assert list(store.of_subject(b"nobody")) == []


def test_what_is_over_is_forgotten_without_being_asked_for(store):
    until = time.time() + 0.3
    store.create(SESSION, Row(b"l" * 16, b"wrapped", until))
    store.create(OTHER, Row(b"o" * 16, b"wrapped", LATER))
    store.tend(time.time())
    assert store.read(SESSION, b"", 0) is not None

    time.sleep(0.4)
    store.tend(time.time())

    assert store.read(SESSION, b"", 0) is None
    assert store.read(OTHER, b"", 0) is not None


def test_a_file_that_cannot_be_opened_is_a_failure(tmp_path):
    with pytest.raises(Failure) as caught:
        SqliteStore(tmp_path / "no" / "such" / "folder.db")

    assert caught.value.reason is Reason.STORE_UNAVAILABLE


def test_a_redis_that_is_not_there_is_a_failure_that_names_no_address(tmp_path):
    with pytest.raises(Failure) as caught:
        RedisStore(f"unix://{tmp_path}/none.sock")

    assert caught.value.reason is Reason.STORE_UNAVAILABLE
    assert str(tmp_path) not in caught.value.sentence


def charge(*marks: bytes, account: bytes = b"\0account", limit: int = 3, at: float = 100.0, **more) -> Charge:
    return Charge(account, marks, limit, at, more.pop("expires", LATER), **more)


def test_an_account_never_holds_more_than_its_limit_and_a_mark_counts_once(store):
    store.create(SESSION, ROW)
    assert store.add(SESSION, ROW, 0, None, charges=[charge(b"\0a", b"b\xff")])
    assert store.add(SESSION, ROW, 0, None, charges=[charge(b"b\xff", b"c")])

    with pytest.raises(Exhausted) as caught:
        store.add(
            SESSION,
            ROW,
            0,
            b"entry",
            answer=Answer(b"name", b"sealed"),
            charges=[charge(b"x", account=b"other"), charge(b"d")],
        )

    assert caught.value.place == 1
    assert list(store.read(SESSION, b"", 0).entries) == []
    assert store.answer(SESSION, ROW.life, b"name") is None
    assert store.add(SESSION, ROW, 0, None, charges=[charge(b"y", account=b"other", limit=1)])


def test_marks_that_have_expired_do_not_count(store):
    store.create(SESSION, ROW)
    now = time.time()
    store.add(SESSION, ROW, 0, None, charges=[charge(b"a", limit=1, at=now, expires=now + 60)])
    with pytest.raises(Exhausted):
        store.add(SESSION, ROW, 0, None, charges=[charge(b"b", limit=1, at=now + 59.9, expires=LATER)])

    assert store.add(SESSION, ROW, 0, None, charges=[charge(b"b", limit=1, at=now + 60, expires=LATER)])


def test_an_account_is_looked_at_and_emptied_without_a_mark(store):
    store.create(SESSION, ROW)
    store.add(SESSION, ROW, 0, None, charges=[charge(b"a", b"b")])
    with pytest.raises(Exhausted):
        store.add(SESSION, ROW, 0, None, charges=[charge(limit=1, clears=True)])

    assert store.add(SESSION, ROW, 0, None, charges=[charge(limit=2, clears=True)])
    assert store.add(SESSION, ROW, 0, None, charges=[charge(limit=0)])


def test_a_call_that_is_not_stored_charges_nothing(store):
    store.create(SESSION, ROW)
    store.add(SESSION, ROW, 0, b"first")

    assert not store.add(SESSION, ROW, 0, b"second", charges=[charge(b"a", limit=1)])

    assert store.add(SESSION, ROW, 1, b"second", charges=[charge(b"b", limit=1)])


def holding(value: int, holder: int) -> Holding:
    return Holding(bytes([value]) + b"\0" * 15, bytes([holder]) + b"\xff" * 31)


def session_of(store, number: int, *holdings: Holding, until: float = LATER) -> tuple[bytes, Row]:
    """A session that has added these."""
    name, row = bytes([number]) * 32, Row(bytes([number]) * 16, b"wrapped", until)
    store.create(name, row)
    assert store.add(name, row, 0, None, holdings=holdings)
    return name, row


def holders(store, *values: int, now: float | None = None) -> dict[int, set[int]]:
    asked = [holding(value, 0).value for value in values]
    found = store.holders(asked, time.time() if now is None else now)
    return {value[0]: {holder[0] for holder in each} for value, each in found.items()}


def test_holders_of_a_value_are_those_of_sessions_that_have_not_ended(store):
    one, row = session_of(store, 1, holding(1, 7), holding(2, 7))
    session_of(store, 2, holding(1, 8), holding(1, 8))
    again, _ = session_of(store, 3, holding(1, 7))
    assert store.add(one, row, 0, None, holdings=[holding(1, 7)])
    assert holders(store, 1, 2, 3) == {1: {7, 8}, 2: {7}}

    store.end(one)
    assert holders(store, 1, 2) == {1: {7, 8}}
    store.end(again)

    assert holders(store, 1, 2) == {1: {8}}


def test_a_value_with_too_many_holders_has_none_until_the_last_of_them_would_be_over(store):
    soon = time.time() + 0.4
    names = [session_of(store, n, holding(1, n), until=soon)[0] for n in range(1, MOST_HOLDERS + 1)]
    assert holders(store, 1) == {1: set(range(1, MOST_HOLDERS + 1))}
    names.append(session_of(store, 20, holding(1, 20), until=soon)[0])
    for name in names:
        store.end(name)
    session_of(store, 21, holding(1, 21))
    assert holders(store, 1) == {}

    time.sleep(0.5)
    store.tend(time.time())
    session_of(store, 22, holding(1, 22))
    assert holders(store, 1) == {}

    store.tend(LATER + 1)
    assert holders(store, 1) == {}


def test_a_value_is_held_anew_once_its_common_time_is_over(store):
    soon = time.time() + 0.3
    for number in range(1, MOST_HOLDERS + 2):
        session_of(store, number, holding(1, number), until=soon)
    assert holders(store, 1) == {}
    time.sleep(0.4)
    store.tend(time.time())

    session_of(store, 30, holding(1, 30))

    assert holders(store, 1) == {1: {30}}


def test_a_session_whose_time_is_over_holds_nothing(store):
    session_of(store, 1, holding(1, 1))

    assert holders(store, 1, now=LATER + 1) == {}


def test_a_call_that_is_not_stored_holds_nothing(store):
    store.create(SESSION, ROW)
    store.add(SESSION, ROW, 0, b"first")

    assert not store.add(SESSION, ROW, 0, b"second", holdings=[holding(1, 1)])

    assert holders(store, 1) == {}
