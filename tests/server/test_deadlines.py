"""The caller's deadline: work ends soon behind it, and the one thread that decides is free for others."""

import asyncio
import time

import pytest

from hushgate.client import AsyncClient, Client, OutOfTime

CALL = {"tenant": "acme", "session_id": "deadlines", "intent": "order_status"}
SHARE = 10
"""A deadline is this part of what the work takes."""


@pytest.fixture(scope="module")
def naming(start):
    with start(HUSHGATE_NAMES="") as server:
        yield server


def redact(client, size):
    return client.redact("a-" * size)


def prepare(client, size):
    record = {"source": "crm", "subject_id": "c-1", "data": {"customer": {"first_name": "one two " * size}}}
    return client.prepare(**CALL, customer_id="c-1", messages=[("user", "Hello")], records=[record])


def review(client, size):
    return client.review(**CALL, destination="customer", text="Dana Whitfield. " * size)


WORK = {"names": (redact, 22_000), "a record": (prepare, 1_000), "a draft": (review, 400)}


@pytest.mark.parametrize("kind", WORK)
def test_what_is_out_of_time_leaves_the_worker_to_others(kind, naming):
    ask, size = WORK[kind]
    with Client(naming.address) as client:
        client.redact("connects")
        began, before = time.monotonic(), naming.processor_seconds()
        ask(client, size)
        whole, all_of_it = time.monotonic() - began, naming.processor_seconds() - before

        before = naming.processor_seconds()
        with pytest.raises(OutOfTime):
            ask(client.within(whole / SHARE), size)
        client.redact("the next one")
        part = naming.processor_seconds() - before

    assert part < all_of_it * 2 / 3


def test_a_caller_that_goes_away_frees_the_worker(naming):
    async def scenario():
        async with AsyncClient(naming.address) as client:
            await client.redact("connects")
            began, before = time.monotonic(), naming.processor_seconds()
            await client.redact("a-" * 22_000)
            whole, all_of_it = time.monotonic() - began, naming.processor_seconds() - before
            before = naming.processor_seconds()
            left = asyncio.ensure_future(client.redact("a-" * 22_000))
            await asyncio.sleep(whole / SHARE)
            left.cancel()
            await client.redact("the next one")
            return all_of_it, naming.processor_seconds() - before

    all_of_it, part = asyncio.run(scenario())

    assert part < all_of_it * 2 / 3
