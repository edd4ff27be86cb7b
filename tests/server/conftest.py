"""A real server in a process of its own, with its log at hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.waiting import until

from hushgate.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    Start = Callable[..., AbstractContextManager["Server"]]

POLICY = Path(__file__).parents[1] / "cases" / "policy.yaml"
QUICK = {"HUSHGATE_DRAIN_SECONDS": "0.3", "HUSHGATE_GRACE_SECONDS": "5", "HUSHGATE_NAMES": "none"}


@dataclass
class Server:
    """A server process."""

    address: str
    notice: str
    process: subprocess.Popen[str]
    log: Path

    def processor_seconds(self) -> float:
        """What it has had of the processors so far: what it does costs that much, whoever else is busy."""
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def lines(self, **fields: object) -> list[dict[str, Any]]:
        """What it has logged so far, of the lines that have these fields."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if fields.items() <= line.items()]

    def line(self, **fields: object) -> dict[str, Any]:
        """The one such line, which may still be on its way."""
        return until(lambda: self.lines(**fields))[-1]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """``with start(flag, …, listen=…) as server``: with the cases' policy and no name model."""

    @contextmanager
    def started(
        *flags: str,
        listen: str = "127.0.0.1:0",
        prefix: tuple[str, ...] = (),
        policy: Path = POLICY,
        **environment: str,
    ) -> Iterator[Server]:
        log = tmp_path_factory.mktemp("server") / "log"
        command = [
            sys.executable,
            "-m",
            "hushgate",
            "serve",
            "--listen",
            listen,
            "--policy",
            str(policy),
            *flags,
        ]
        with (
            log.open("w") as errors,
            subprocess.Popen(
                [*prefix, *command],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=os.environ | QUICK | environment,
            ) as process,
        ):
            try:
                notice = process.stdout.readline() if process.stdout else ""
                assert "serving on " in notice, log.read_text()
                address = notice.partition("serving on ")[2].split()[0]
                yield Server(address, notice, process, log)
            finally:
                process.terminate()
                process.wait(timeout=60)

    return started


@pytest.fixture(scope="session")
def server(start: Start) -> Iterator[Server]:
    with start() as running:
        yield running


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[Client]:
    with Client(server.address) as connected:
        yield connected
