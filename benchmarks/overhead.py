"""What it costs to count, trace and write down every decision: Review with all of it on and all of it off.

    python benchmarks/overhead.py [--calls N] [--names MODEL|none]

Two servers run side by side, one with nothing, one with metrics (scraped every second), traces (to a
collector in this process, which throws them away) and the audit log. Both review the same draft of 300
characters in turn, a block of calls each, in an order that changes from block to block.
Prints the medians as callers see them and the servers' processor time a call, and the ratios of both.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as otlp_grpc

from hushgate.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {"tenant": "acme", "session_id": "overhead", "intent": "order_status"}
RECORD = {
    "customer": {"first_name": "Dana", "last_name": "Whitfield", "phone": "212-555-0188"},
    "order": {"id": "A-2093148", "status": "shipped"},
    "payment": {"card": "4111 1111 1111 1111"},
}
DRAFT = (
    "Hello Dana, thank you for waiting while I looked into this. Order A-2093148 left our warehouse on "
    "Tuesday and is on its way to you. You paid with the card that ends in 1111, and the courier will call "
    "212-555-0188 before the delivery. Is there anything else that I can help you with today, or shall we "
    "close it?"
)
BLOCK = 20


class Collector(otlp_grpc.TraceServiceServicer):
    """Throws away what it gets."""

    def Export(self, request: object, context: object) -> object:  # noqa: N802, ARG002 - gRPC's
        """Nothing is kept."""
        return otlp.ExportTraceServiceResponse()


class Side:
    """One server and what its calls took."""

    def __init__(self, address: str, pid: int) -> None:
        self.client = Client(address)
        self.pid = pid
        self.seconds: list[float] = []
        self.processor = 0.0
        record = {"source": "crm", "subject_id": "c-1", "data": RECORD}
        self.client.prepare(
            **NAMES, customer_id="c-1", messages=[("user", "Hi, Dana here")], records=[record]
        )
        for _ in range(50):
            self.client.review(**NAMES, text=DRAFT)

    def block(self) -> None:
        """A block of calls."""
        before = processor_seconds(self.pid)
        for _ in range(BLOCK):
            began = time.perf_counter()
            self.client.review(**NAMES, text=DRAFT)
            self.seconds.append(time.perf_counter() - began)
        self.processor += processor_seconds(self.pid) - before


def processor_seconds(pid: int) -> float:
    """Of the process so far: nanoseconds that the scheduler has counted, all threads."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@contextmanager
def serving(*flags: str, names: str) -> Iterator[tuple[str, int]]:
    """A server process: its notice and pid."""
    command = [sys.executable, "-m", "hushgate", "serve", "--listen", "127.0.0.1:0", "--names", names, *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process.stdout.readline() if process.stdout else "", process.pid
        finally:
            process.terminate()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=2000, help="of each server")
    parser.add_argument("--names", default="", help="a model of names, or none; the shipped one if not given")
    given = parser.parse_args()
    collector = grpc.server(ThreadPoolExecutor(1))
    otlp_grpc.add_TraceServiceServicer_to_server(Collector(), collector)
    port = collector.add_insecure_port("127.0.0.1:0")
    collector.start()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(names=given.names) as off,
        serving(
            *(
                "--metrics",
                "127.0.0.1:0",
                "--traces",
                f"http://127.0.0.1:{port}",
                "--audit",
                f"{folder}/audit",
            ),
            names=given.names,
        ) as on,
    ):
        sides = {
            name: Side(notice.partition("serving on ")[2].split()[0], pid)
            for name, (notice, pid) in {"off": off, "on": on}.items()
        }
        stop = threading.Event()
        scraper = threading.Thread(target=scrape, args=(on[0], stop))
        scraper.start()
        for _ in range(given.calls // BLOCK):
            for side in random.sample(list(sides.values()), 2):
                side.block()
        stop.set()
        scraper.join()
    collector.stop(None)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores; draft of {len(DRAFT)} characters, "
        f"{given.calls} calls each"
    )
    medians = {name: statistics.median(side.seconds) * 1e3 for name, side in sides.items()}
    each = {name: side.processor / len(side.seconds) * 1e3 for name, side in sides.items()}
    for name in sides:
        print(f"{name:4} p50 {medians[name]:.2f} ms, processor {each[name]:.2f} ms a call")
    print(f"on / off: p50 {medians['on'] / medians['off']:.2f}, processor {each['on'] / each['off']:.2f}")


def scrape(notice: str, stop: threading.Event) -> None:
    """As Prometheus does, but more often."""
    address = notice.partition("metrics on ")[2].split()[0].rstrip(";")
    while not stop.wait(1):
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
            answer.read()


if __name__ == "__main__":
    main()
