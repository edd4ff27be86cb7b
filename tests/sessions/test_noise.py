"""What is left in raw files of a session that is over: nothing that opens, even with the master key."""

import time
from pathlib import Path

import pytest
from tests.redis_server import RedisServer

from hushgate.failure import Failure
from hushgate.sessions.facts import Known
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.redis_store import RedisStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault

KEYS = TenantKeys.of(b"m" * 32)
VALUE = Known("88213409118", "ACCOUNT_ID")
WRAPPED = 2 + 12 + 32 + 16
"""Bytes of a wrapped key: version, nonce, key and tag."""
HEADER = b"\x01" + KEYS.ring.current.encode()


class SqliteFiles:
    """The database and its write-ahead log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = SqliteStore(folder / "sessions.db")

    def raw(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.iterdir())


class RedisFiles:
    """The dump, written as it would be for a backup, and the log as a rewrite leaves it."""

    def __init__(self, server: RedisServer, store: RedisStore) -> None:
        self.folder = server.folder
        self.store = store
        self.store._redis.config_set("rdbcompression", "no")

    def raw(self) -> bytes:
        redis = self.store._redis
        redis.save()
        redis.bgrewriteaof()
        while redis.info("persistence")["aof_rewrite_in_progress"]:
            time.sleep(0.02)
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture(params=["sqlite", "redis"])
def files(request, tmp_path):
    if request.param == "redis":
        server = request.getfixturevalue("redis_server")
        return RedisFiles(server, request.getfixturevalue("redis_store"))
    return SqliteFiles(tmp_path)


def opening(raw: bytes, vault: Vault, place: tuple[str, str], life: bytes) -> int:
    """How many stretches of the raw bytes are this session's key, to somebody who holds the master key."""
    opened = at = 0
    while (at := raw.find(HEADER, at)) >= 0:
        try:
            KEYS.unwrap(place[0], raw[at : at + WRAPPED], vault._name(*place) + life)
            opened += 1
        except Failure:
            pass
        at += 1
    return opened


def lives(vault: Vault, store, places) -> dict[tuple[str, str], bytes]:
    return {place: store.read(vault._name(*place), b"", 0).row.life for place in places}


def learnt(vault: Vault, places) -> None:
    for place in places:
        vault.open(*place).learn(VALUE)
        assert vault.save(*place)


PLACES = [("acme", "ended"), ("acme", "stays")]


def test_of_an_ended_session_no_key_is_left_in_the_raw_file(files):
    vault = Vault(files.store, KEYS)
    learnt(vault, PLACES)
    known = lives(vault, files.store, PLACES)
    assert [opening(files.raw(), vault, place, known[place]) > 0 for place in PLACES] == [True, True]

    vault.end(*PLACES[0])

    raw = files.raw()
    assert [opening(raw, vault, place, known[place]) > 0 for place in PLACES] == [False, True]
    assert VALUE.value.encode() not in raw


def test_of_a_session_whose_time_is_over_no_key_is_left_in_the_raw_file(files):
    short, long = Vault(files.store, KEYS, lifetime_s=0.6), Vault(files.store, KEYS)
    learnt(short, PLACES[:1])
    learnt(long, PLACES[1:])
    known = lives(long, files.store, PLACES)
    assert opening(files.raw(), long, PLACES[0], known[PLACES[0]]) > 0

    time.sleep(0.7)
    long.tend()

    raw = files.raw()
    assert [opening(raw, long, place, known[place]) > 0 for place in PLACES] == [False, True]
    assert files.store.read(long._name(*PLACES[0]), b"", 0) is None


def test_a_reader_in_the_way_puts_the_wiping_off_and_not_away(tmp_path):
    files = SqliteFiles(tmp_path)
    files.store._db.execute("PRAGMA busy_timeout=50")
    vault = Vault(files.store, KEYS)
    learnt(vault, PLACES)
    known = lives(vault, files.store, PLACES)
    reader = SqliteStore(tmp_path / "sessions.db")
    reader._db.execute("BEGIN")
    reader._db.execute("SELECT count(*) FROM session").fetchone()

    vault.end(*PLACES[0])
    left = opening(files.raw(), vault, PLACES[0], known[PLACES[0]])
    reader._db.execute("COMMIT")
    vault.tend()

    assert left > 0
    assert opening(files.raw(), vault, PLACES[0], known[PLACES[0]]) == 0
    reader.close()
