"""How a drill takes something away from a running server for a moment, and gives it back whatever happens."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

Outage: TypeAlias = "Callable[[], AbstractContextManager[object]]"

_MOST_SECONDS: Final = 60
"""After which Redis takes writes again, even if nobody is left to tell it."""
_SQLITE: Final = "sqlite:"


def by_programs(breaks: str, mends: str) -> Outage:
    """Away after one program, there again after another."""

    @contextmanager
    def away() -> Iterator[None]:
        subprocess.run(shlex.split(breaks), check=True, capture_output=True)  # noqa: S603 - the operator's own
        try:
            yield
        finally:
            subprocess.run(shlex.split(mends), check=True, capture_output=True)  # noqa: S603 - as above

    return away


def of_store(url: str) -> Outage | None:
    """A store that takes no writes: Redis is paused, a SQLite file locked. None for any other."""
    if url.startswith(_SQLITE):
        return lambda: _locked(url.removeprefix(_SQLITE).removeprefix("//"))
    if url.partition(":")[0] in {"redis", "rediss", "unix"}:
        return lambda: _paused(url)
    return None


@contextmanager
def _locked(path: str) -> Iterator[None]:
    db = sqlite3.connect(f"file:{path}?mode=rw", uri=True, isolation_level=None)
    try:
        db.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        db.close()


@contextmanager
def _paused(url: str) -> Iterator[None]:
    import redis  # noqa: PLC0415 - an extra

    client = redis.Redis.from_url(url)
    try:
        client.execute_command("CLIENT", "PAUSE", _MOST_SECONDS * 1000, "WRITE")  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            client.execute_command("CLIENT", "UNPAUSE")  # type: ignore[no-untyped-call]
    finally:
        client.close()


@contextmanager
def file_restored(file: Path) -> Iterator[Callable[[bytes], None]]:
    """Within, the file can be replaced; in the end it is as it was. Fails with OSError."""
    before, mode = file.read_bytes(), file.stat().st_mode

    def replaced(data: bytes) -> None:
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        beside.write_bytes(data)
        beside.chmod(mode)
        beside.replace(file)

    try:
        yield replaced
    finally:
        replaced(before)
