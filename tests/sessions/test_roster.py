"""What all that share a store know of their agents: who is stopped, and what each has touched."""

import pytest

from hushgate.failure import Failure, Reason
from hushgate.roster import FRESH_SECONDS, Roster, Seen
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.vault import Vault

KEYS = TenantKeys.of(b"m" * 32)


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pair(store, clock):
    """Two workers on one store."""
    return [Roster(Vault(store, KEYS).board, clock=clock, ticks=clock) for _ in range(2)]


def refused(roster: Roster, agent_id: str) -> bool:
    return roster.is_suspended(agent_id)


def test_a_suspended_agent_is_refused_by_a_failure_that_names_the_field(pair):
    pair[0].suspend("bot", because="a test", by="ops")

    with pytest.raises(Failure) as caught:
        pair[0].check("bot")

    assert (caught.value.reason, caught.value.field) == (Reason.AGENT_NOT_ALLOWED, "agent_id")


def test_who_is_suspended_here_is_suspended_everywhere_and_at_once(pair, clock):
    one, other = pair
    assert not any(refused(each, "bot") for each in pair)

    one.suspend("bot", because="it promised a refund", by="ops")
    assert refused(one, "bot")
    clock.now += FRESH_SECONDS
    assert refused(other, "bot")
    assert not refused(other, "other-bot")

    other.resume("bot", because="it is mended", by="ops")
    assert not refused(other, "bot")
    clock.now += FRESH_SECONDS
    assert not refused(one, "bot")


def test_who_is_suspended_already_stays_as_it_was(pair, clock):
    first = pair[0].suspend("bot", because="first", by="ops")
    clock.now += 5

    assert pair[1].suspend("bot", because="second", by="others") == first
    suspension, _ = pair[1].all()["bot"]
    assert (suspension.because, suspension.at) == ("first", 1000.0)


def test_what_several_workers_saw_adds_up(pair, clock):
    pair[0].saw("bot", {"PASSED": 1}, ["PERSON", "PERSON"])
    clock.now += 5
    pair[1].saw("bot", {"PASSED": 1, "records": 2}, ["EMAIL_ADDRESS"])
    for each in pair:
        each.flush()
        each.flush()

    _, seen = pair[0].all()["bot"]
    assert seen == Seen(1005.0, {"PASSED": 2, "records": 2}, {"PERSON": 2, "EMAIL_ADDRESS": 1})


def test_a_store_tells_nobody_who_its_agents_are(tmp_path):
    from hushgate.sessions.sqlite_store import SqliteStore

    store = SqliteStore(tmp_path / "sessions.db")
    Roster(Vault(store, KEYS).board).suspend("refund-bot", because="it promised too much", by="ops")
    store.close()

    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"refund-bot" not in held
    assert b"promised" not in held


def test_a_store_that_was_lost_and_begun_anew_by_another_worker_is_read_again(redis_server, clock):
    from hushgate.sessions.redis_store import RedisStore

    one, other = RedisStore(redis_server.url), RedisStore(redis_server.url)
    one._redis.flushall()
    vault = Vault(one, KEYS)
    here = Roster(vault.board, clock=clock, ticks=clock)
    here.suspend("bot", because="a test", by="ops")
    one._redis.flushall()
    Roster(Vault(other, KEYS).board, clock=clock).suspend("worse-bot", because="a test", by="ops")

    vault.tend()
    clock.now += FRESH_SECONDS

    assert refused(here, "worse-bot")
    assert not refused(here, "bot")
    one.close()
    other.close()
