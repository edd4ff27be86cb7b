"""The kill switch: how long after a suspension the last open stream releases text, and what asking costs.

    python benchmarks/agents.py [--streams N] [--workers N] [--replicas N] [--seconds S]

One server of several workers and some replicas share a Redis. Streams of one agent are open on all of them,
each giving a piece of a draft a second. Then the agent is suspended through one connection. Text that comes
out after the call has returned is late. No data is needed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import served
from tests.redis_server import program, running

from hushgate.client import AsyncClient, HushgateError
from hushgate.roster import Roster
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault

PIECE = "Your parcel has left our warehouse and should be with you by Friday. It is on its way to you. "
CALL = {"tenant": "acme", "intent": "order_status", "agent_id": "order-bot"}


async def measure(addresses: list[str], streams: int, seconds: float) -> tuple[list[float], list[str], float]:
    """When each stream released text last, how each ended, and when the suspension had been answered."""
    last, ends = [0.0] * streams, [""] * streams
    clients = [AsyncClient(address) for address in addresses]
    until = time.monotonic() + seconds + 30

    async def texts(number: int):
        await asyncio.sleep(number / streams)
        while time.monotonic() < until:
            yield PIECE
            await asyncio.sleep(1)

    async def stream(number: int) -> None:
        client = clients[number % len(clients)]
        try:
            async for answer in client.review_stream(texts(number), **CALL, session_id=f"s-{number}"):
                if answer.text:
                    last[number] = time.monotonic()
        except HushgateError as error:
            ends[number] = error.reason

    tasks = [asyncio.create_task(stream(number)) for number in range(streams)]
    while not all(last):
        await asyncio.sleep(0.1)
        if any(ends):
            sys.exit(f"streams ended early: {sorted(set(filter(None, ends)))}")
    await asyncio.sleep(seconds)
    await clients[0].suspend_agent(agent_id="order-bot", reason="a measurement")
    answered = time.monotonic()
    await asyncio.wait(tasks, timeout=20)
    for client in clients:
        await client.close()
    return last, ends, answered


def cost(calls: int = 200_000) -> tuple[float, float]:
    """Seconds of CPU time for one question whether an agent is suspended, and for one that reads the file."""
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(SqliteStore(Path(folder) / "sessions.db"), TenantKeys.of(b"m" * 32))
        roster = Roster(vault.board)
        for number in range(100):
            roster.suspend(f"bot-{number}", because="a measurement", by="ops")
        began = time.process_time()
        for _ in range(calls):
            roster.is_suspended("order-bot")
        asked = (time.process_time() - began) / calls
        began = time.process_time()
        for _ in range(1000):
            roster._read_at = -1.0
            roster.is_suspended("order-bot")
        vault.close()
        return asked, (time.process_time() - began) / 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long all are open before")
    options = parser.parse_args()
    if program() is None:
        sys.exit("there is no redis-server")
    with ExitStack() as stack:
        redis = stack.enter_context(running())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        (Path(folder) / "key").write_bytes(b"k" * 32)
        flags = ("--store", redis.url, "--key-file", f"{folder}/key", "--no-names")
        addresses = [
            stack.enter_context(served(*flags, "--workers", str(options.workers))),
            *(stack.enter_context(served(*flags)) for _ in range(options.replicas)),
        ]
        last, ends, answered = asyncio.run(measure(addresses, options.streams, options.seconds))
    late = sorted(max(0.0, at - answered) for at in last)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"{options.workers} workers + {options.replicas} replicas, {options.streams} open streams"
    )
    print(f"streams that were refused: {ends.count('AGENT_NOT_ALLOWED')} of {options.streams}")
    print(
        f"last text after the call returned: {late[-1]:.2f} s; streams with any: {sum(x > 0 for x in late)}"
    )
    asked, read = cost()
    print(f"asking whether an agent is suspended: {asked * 1e6:.1f} us; reading it: {read * 1e6:.0f} us")


if __name__ == "__main__":
    main()
