"""The three stores, each real."""

from __future__ import annotations

from tests.sessions.conftest import redis_server, redis_store, store  # noqa: F401 - fixtures
