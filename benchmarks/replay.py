"""Replays real conversations through Prepare and Review by gRPC, beside a bare gRPC echo in the same run.

    python benchmarks/replay.py --data DIR [--calls N] [--names MODEL] [--store URL]

DIR holds conversations as JSON lines, each with its turns in ``meta.turns`` as [role, start, end]. Prints
calls, errors, p50, p95 and p99 in milliseconds and calls per second, of the gate and of the echo.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import grpc

from hushgate.client import Client, HushgateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTENT = "general_question"
CRM = {
    "customer": {"first_name": "Dana", "last_name": "Whitfield", "email": "dana.whitfield@example.com"},
    "order": {"id": "A-2093148", "status": "shipped", "items": [{"name": "Glass kettle", "price": 59.9}]},
    "case": {"internal_notes": ["Suspect friendly fraud, do not promise anything before risk has answered"]},
}


def conversations(data: Path) -> Iterator[list[tuple[str, str]]]:
    """The turns of every conversation under ``data``, roles and texts."""
    for file in sorted(data.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if turns := row.get("meta", {}).get("turns"):
                    yield [(role, row["text"][start:end]) for role, start, end in turns]


@contextmanager
def served(names: str, store: str) -> Iterator[tuple[str, int]]:
    """A server process on loopback: its address and its id."""
    address = f"127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "hushgate", "serve", "--listen", address, "--store", store]
    command += ["--names", names] if names else []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield address, process.pid
        finally:
            process.terminate()


@contextmanager
def echoed() -> Iterator[str]:
    """A process whose gRPC server answers each request with itself: what the wire alone costs."""
    address = f"127.0.0.1:{_free_port()}"
    with subprocess.Popen([sys.executable, __file__, "--echo", address]) as process:
        try:
            yield address
        finally:
            process.terminate()


def echo(address: str) -> None:
    """Serves the echo until terminated."""
    handler = grpc.method_handlers_generic_handler(
        "bench.Echo", {"Call": grpc.unary_unary_rpc_method_handler(lambda request, _: request)}
    )
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((handler,))
    server.add_insecure_port(address)
    server.start()
    server.wait_for_termination()


def timed(calls: list[Callable[[], object]]) -> tuple[list[float], int, float]:
    """Milliseconds of each call, how many failed, and seconds in all."""
    took, failed = [], 0
    began = time.perf_counter()
    for call in calls:
        at = time.perf_counter()
        try:
            call()
        except HushgateError as error:
            failed += 1
            print(type(error).__name__, error, file=sys.stderr)
        took.append((time.perf_counter() - at) * 1000)
    return took, failed, time.perf_counter() - began


def many(call: Callable[[str], object], texts: list[str], process: int) -> None:
    """Prints calls a second and the server's processor time, with 16 callers who send a text each."""

    def spent() -> float:
        ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK") * 1000

    with futures.ThreadPoolExecutor(16) as callers:
        list(callers.map(call, texts[:200]))
        at, began = spent(), time.perf_counter()
        list(callers.map(call, texts))
        seconds = time.perf_counter() - began
    print(
        f"Redact, 16 callers, a turn each: {len(texts) / seconds:.0f} calls/s, "
        f"{(spent() - at) / len(texts):.2f} ms of the server's processor time a call"
    )


def report(name: str, took: list[float], failed: int, seconds: float) -> None:
    """One line of the table."""
    cut = statistics.quantiles(took, n=100)
    centiles = " ".join(f"{cut[at]:>9.2f}" for at in (49, 94, 98))
    print(f"{name:<9} {len(took):>7} {failed:>7} {centiles} {len(took) / seconds:>9.0f}")


def main() -> None:
    """Reads the arguments, replays, prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, help="where the conversations are")
    options.add_argument("--calls", type=int, default=3000, help="conversations at the most")
    options.add_argument("--names", default="", help="the name model; none: patterns and the record alone")
    options.add_argument("--store", default="memory:", help="where sessions are kept")
    options.add_argument("--echo", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.echo:
        echo(given.echo)
        return
    if given.data is None or not any(given.data.glob("*.jsonl")):
        sys.exit(
            "replay needs --data DIR with conversations as JSON lines; there is none, so nothing was measured"
        )
    chats = [turns for turns, _ in zip(conversations(given.data), range(given.calls), strict=False)]
    print(f"{platform.machine()}, Python {platform.python_version()}, {len(chats)} conversations")
    print(f"{'':<9} {'calls':>7} {'failed':>7} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} {'calls/s':>9}")
    with served(given.names, given.store) as (address, process), Client(address) as client, echoed() as plain:
        prepares, reviews, sizes = [], [], []
        for number, turns in enumerate(chats):
            names = {"tenant": "acme", "session_id": f"s-{number}", "intent": INTENT}
            record = {"source": "crm", "subject_id": "c-1", "data": CRM}
            messages = [("assistant" if role == "agent" else "user", text) for role, text in turns][:200]
            sizes.append(sum(len(text) for _, text in messages))
            prepares.append(
                lambda n=names, m=messages, r=record: client.prepare(
                    **n, customer_id="c-1", messages=m, records=[r]
                )
            )
            drafts = [text for role, text in turns if role == "agent"][-1:] or [turns[-1][1]]
            reviews += [lambda n=names, d=draft: client.review(**n, text=d) for draft in drafts]
        client.within(60).prepare(
            tenant="acme", session_id="warm", intent=INTENT, messages=[("user", "hello")]
        )
        report("Prepare", *timed(prepares))
        report("Review", *timed(reviews))
        turns = [text for chat in chats[:500] for _, text in chat][:3000]
        many(lambda text: client.within(60).redact([text]), turns, process)
        with grpc.insecure_channel(plain) as channel:
            call = channel.unary_unary("/bench.Echo/Call")
            call(b"x", wait_for_ready=True)
            report("echo", *timed([lambda n=size: call(b"x" * n) for size in sizes]))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
