"""A session comes back as it was, to whoever holds the key, and to nobody once it has ended."""

import subprocess
import sys
import time

import pytest

from hushgate.failure import Failure, Reason
from hushgate.sessions.facts import Customer, Known, Note
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault

MASTER = TenantKeys.of(b"m" * 32)
VALUE = Known("88213409118", "ACCOUNT_ID", "account.number", "crm", "c-1", dropped=True, number=True)
NOTE = Note("case.note", "crm", 6, frozenset({b"12345678"}), frozenset({b"abcdefgh"}))


def test_another_vault_on_the_same_store_knows_the_same(store):
    first = Vault(store, MASTER)
    session = first.open("acme", "s-1")
    token = session.pseudonym(VALUE)
    for fact in (VALUE, NOTE, Customer("c-1")):
        session.learn(fact)
    assert first.save("acme", "s-1")

    other = Vault(store, MASTER).open("acme", "s-1")

    assert other.token_of("ACCOUNT_ID", "8821-3409118") == token
    assert list(other.known_as("88213409118")) == [VALUE]
    assert other.customer == "c-1"


def test_nothing_of_a_session_is_seen_from_another_session_or_tenant(store):
    vault = Vault(store, MASTER)
    token = vault.open("acme", "s-1").pseudonym(VALUE)
    vault.save("acme", "s-1")

    for tenant, session_id in (("acme", "s-2"), ("other", "s-1")):
        session = vault.open(tenant, session_id)
        assert session.live == {}
        assert session.pseudonym(VALUE) != token


def test_what_is_kept_beside_the_sessions_is_the_same_for_all_and_rests_sealed(store):
    one, two = Vault(store, MASTER), Vault(store, MASTER)
    assert one.board.kept("policies") is None
    assert one.board.keep("policies", None, b"first")

    known = two.board.kept("policies")

    assert known.data == b"first"
    assert b"first" not in known.sealed
    assert two.board.kept("policies", known) is known
    assert two.board.keep("policies", known, b"second")
    assert not one.board.keep("policies", known, b"third")
    assert one.board.kept("policies").data == b"second"
    assert one.board.kept("other") is None


def test_an_ended_session_is_gone_for_every_vault(store):
    one, two = Vault(store, MASTER), Vault(store, MASTER)
    one.open("acme", "s-1").pseudonym(VALUE)
    one.save("acme", "s-1")
    assert two.open("acme", "s-1").live

    assert one.end("acme", "s-1")

    assert not two.open("acme", "s-1").live
    assert not one.end("acme", "s-2")


def test_a_session_ends_with_its_time(store):
    now = [time.time()]
    vault = Vault(store, MASTER, lifetime_s=60, clock=lambda: now[0])
    vault.open("acme", "s-1").pseudonym(VALUE)
    vault.save("acme", "s-1")

    now[0] += 61

    assert not vault.open("acme", "s-1").live


def test_of_two_writers_the_second_is_told_to_begin_again(store):
    one, two = Vault(store, MASTER), Vault(store, MASTER)
    token = one.open("acme", "s-1").pseudonym(VALUE)
    two.open("acme", "s-1").pseudonym(VALUE)
    assert one.save("acme", "s-1")

    assert not two.save("acme", "s-1")

    assert two.open("acme", "s-1").pseudonym(VALUE) == token
    assert two.save("acme", "s-1")


def test_what_was_learnt_by_a_call_that_failed_is_forgotten(store):
    vault = Vault(store, MASTER)
    vault.open("acme", "s-1").pseudonym(VALUE)

    vault.discard("acme", "s-1")

    assert not vault.open("acme", "s-1").live


def test_another_master_key_opens_nothing(store):
    Vault(store, MASTER).open("acme", "s-1")

    with pytest.raises(Failure) as caught:
        Vault(store, TenantKeys.of(b"x" * 32))

    assert caught.value.reason is Reason.STORE_UNAVAILABLE


def test_a_store_that_has_lost_everything_is_begun_anew(redis_store):
    one, two = Vault(redis_store, MASTER), Vault(redis_store, MASTER)
    one.open("acme", "s-1").pseudonym(VALUE)
    one.save("acme", "s-1")
    redis_store._redis.flushall()
    three = Vault(redis_store, MASTER)

    token = three.open("acme", "s-1").pseudonym(VALUE)
    assert three.save("acme", "s-1")

    assert not three.open("acme", "s-2").live
    for vault in (one, two):
        assert vault.open("acme", "s-1").token_of("ACCOUNT_ID", VALUE.value) == token


def test_an_entry_or_a_key_that_was_moved_does_not_open(store):
    places = [("acme", "s-1"), ("acme", "s-2"), ("other", "s-1")]
    vault = Vault(store, MASTER)
    for place in places:
        vault.open(*place).learn(VALUE)
        vault.save(*place)
    rows = {place: store.read(vault._name(*place), b"", 0) for place in places}

    for target in places:
        for source in places:
            if source == target:
                continue
            # The other's key, under which its entries would open, and its entry under one's own key.
            for row, entry in (
                (rows[source].row, rows[source].entries[0]),
                (rows[target].row, rows[source].entries[0]),
            ):
                name = vault._name(*target)
                for place in places:
                    store.end(vault._name(*place))
                assert store.create(name, row)
                assert store.add(name, row, 0, entry)
                with pytest.raises(Failure) as caught:
                    Vault(store, MASTER).open(*target)
                assert caught.value.reason is Reason.STORE_UNAVAILABLE


def test_entries_in_another_order_do_not_open(store):
    vault = Vault(store, MASTER)
    for number in range(2):
        vault.open("acme", "s-1").learn(Known(f"{number:08d}", "ACCOUNT_ID"))
        vault.save("acme", "s-1")
    name = vault._name("acme", "s-1")
    found = store.read(name, b"", 0)
    store.end(name)
    store.create(name, found.row)
    for number, entry in enumerate(reversed(found.entries)):
        store.add(name, found.row, number, entry)

    with pytest.raises(Failure):
        Vault(store, MASTER).open("acme", "s-1")


def test_a_session_that_lies_idle_is_not_kept_opened(store):
    now = [time.time()]
    vault = Vault(store, MASTER, clock=lambda: now[0])
    vault.open("acme", "s-1")

    now[0] += 301
    vault.tend()

    assert vault._opened == {}


def test_the_file_holds_no_value_and_no_name(tmp_path):
    store = SqliteStore(tmp_path / "sessions.db")
    vault = Vault(store, MASTER)
    vault.open("acme-tenant", "session-1").learn(VALUE)
    vault.save("acme-tenant", "session-1")
    store.close()

    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    for secret in (b"88213409118", b"acme-tenant", b"session-1", b"account.number"):
        assert secret not in raw


KILLED = """
import os, sys
from pathlib import Path
from hushgate.sessions.facts import Known
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
vault = Vault(SqliteStore(Path(sys.argv[1])), TenantKeys.of(b"m" * 32))
for number in range(100):
    print(vault.open("acme", "s-1").pseudonym(Known(f"{number:08d}", "ACCOUNT_ID")), flush=True)
    vault.save("acme", "s-1")
print("saved", flush=True)
os.kill(os.getpid(), 9)
"""


def test_no_stored_token_is_lost_when_the_process_is_killed(tmp_path):
    path = tmp_path / "sessions.db"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)], capture_output=True, text=True, check=False
    )
    *tokens, saved = done.stdout.split()
    store = SqliteStore(path)

    session = Vault(store, MASTER).open("acme", "s-1")
    store.close()

    assert saved == "saved"
    assert [session.token_of("ACCOUNT_ID", f"{n:08d}") for n in range(100)] == tokens


def test_no_repr_holds_a_value():
    assert "88213409118" not in repr(VALUE)
    assert "12345678" not in repr(NOTE)
