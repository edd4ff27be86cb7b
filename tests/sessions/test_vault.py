"""A session comes back as it was, to whoever holds the key, and to nobody once it has ended."""

import sqlite3
import subprocess
import sys

import pytest

from hushgate.failure import Failure, Reason
from hushgate.sessions.facts import Customer, Known, Note
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault

MASTER = b"m" * 32
VALUE = Known("88213409118", "ACCOUNT_ID", "account.number", "crm", "c-1", dropped=True, number=True)
NOTE = Note("case.note", "crm", 6, frozenset({b"12345678"}))


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    made = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "sessions.db")
    yield made
    made.close()


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


def test_an_ended_session_is_gone_for_every_vault(store):
    one, two = Vault(store, MASTER), Vault(store, MASTER)
    one.open("acme", "s-1").pseudonym(VALUE)
    one.save("acme", "s-1")
    assert two.open("acme", "s-1").live

    assert one.end("acme", "s-1")

    assert not two.open("acme", "s-1").live
    assert not one.end("acme", "s-2")


def test_a_session_ends_with_its_time(store):
    now = [1000.0]
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


def test_another_master_key_finds_no_session(store):
    Vault(store, MASTER).open("acme", "s-1")

    assert not Vault(store, b"x" * 32).open("acme", "s-1").live


def test_the_file_holds_no_value_and_no_name(tmp_path):
    store = SqliteStore(tmp_path / "sessions.db")
    vault = Vault(store, MASTER)
    vault.open("acme-tenant", "session-1").learn(VALUE)
    vault.save("acme-tenant", "session-1")
    store.close()

    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    for secret in (b"88213409118", b"acme-tenant", b"session-1", b"account.number"):
        assert secret not in raw


def test_an_ended_sessions_key_is_not_left_in_the_file(tmp_path):
    store = SqliteStore(tmp_path / "sessions.db")
    vault = Vault(store, MASTER)
    vault.open("acme", "s-1").learn(VALUE)
    vault.save("acme", "s-1")
    reader = sqlite3.connect(tmp_path / "sessions.db")
    wrapped = reader.execute("SELECT wrapped_key FROM session").fetchone()[0]
    reader.close()

    vault.end("acme", "s-1")

    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()
    assert wrapped not in raw


def test_a_row_moved_to_another_session_does_not_open(tmp_path):
    store = SqliteStore(tmp_path / "sessions.db")
    vault = Vault(store, MASTER)
    for session_id in ("s-1", "s-2"):
        vault.open("acme", session_id).learn(VALUE)
        vault.save("acme", session_id)
    writer = sqlite3.connect(tmp_path / "sessions.db")
    keys = [row[0] for row in writer.execute("SELECT wrapped_key FROM session")]
    writer.execute("UPDATE session SET wrapped_key = ?", (keys[0],))
    writer.commit()
    writer.close()

    failures = []
    for session_id in ("s-1", "s-2"):
        try:
            Vault(store, MASTER).open("acme", session_id)
        except Failure as failure:
            failures.append(failure.reason)
    store.close()

    assert failures == [Reason.STORE_UNAVAILABLE]


def test_a_store_that_cannot_be_opened_is_a_failure(tmp_path):
    with pytest.raises(Failure) as caught:
        SqliteStore(tmp_path / "no" / "such" / "folder.db")

    assert caught.value.reason is Reason.STORE_UNAVAILABLE


KILLED = """
import os, sys
from pathlib import Path
from hushgate.sessions.facts import Known
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
vault = Vault(SqliteStore(Path(sys.argv[1])), b"m" * 32)
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
