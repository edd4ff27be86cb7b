"""Where the log's files stand: one chain for each writer, in numbered files, with a signed head beside them.

writers                  how many chains there are, signed
00.head                  how far chain 00 is, signed
00.000001.jsonl …        its lines
<key id>.pub             the public keys, PEM
"""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from hushgate.audit.chain import read_signed, signed
from hushgate.audit.entry import canonical
from hushgate.audit.signing import PublicKeys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hushgate.audit.signing import Signer

_FILE = re.compile(r"(\d{2,4})\.(\d{6,})\.jsonl")
_HEAD = re.compile(r"(\d{2,4})\.head")
HEAD, WRITERS = b"head", b"writers"
"""What signatures of these files are for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a chain something stands: behind line ``sequence``, whose digest this is."""

    file: int
    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain is, as its writer has signed it."""

    chain: str
    """Random, so that no chain stands for another."""
    slot: int
    first: Place
    """What is kept begins behind this; all before it was retired, or there is nothing before it."""
    last: Place
    size: int
    """Bytes of the file ``last.file`` up to there."""
    at: str
    closed: bool = False

    @classmethod
    def read(cls, data: bytes, keys: PublicKeys) -> Head | None:
        """The head; None if it is not as it was signed."""
        said = read_signed(data, HEAD, keys)
        if said is None:
            return None
        named = {name: said[name] for name in ("chain", "slot", "size", "at", "closed")}
        return cls(**named, first=Place(**said["first"]), last=Place(**said["last"]))

    def signed(self, signer: Signer) -> bytes:
        """As ``read`` reads it."""
        return canonical(signed(asdict(self), HEAD, signer)) + b"\n"


def file_path(folder: Path, slot: int, number: int) -> Path:
    """Where lines of a chain stand."""
    return folder / f"{slot:02}.{number:06}.jsonl"


def head_path(folder: Path, slot: int) -> Path:
    """Where a chain's head stands."""
    return folder / f"{slot:02}.head"


def files_of(folder: Path, slot: int) -> dict[int, Path]:
    """A chain's files by their numbers, in order."""
    found = {
        int(match[2]): path
        for path in folder.iterdir()
        if (match := _FILE.fullmatch(path.name)) and int(match[1]) == slot
    }
    return dict(sorted(found.items()))


def slots_of(folder: Path) -> list[int]:
    """Every chain of which something is there."""
    names = [path.name for path in folder.iterdir()]
    return sorted({int(m[1]) for name in names if (m := _FILE.fullmatch(name) or _HEAD.fullmatch(name))})


def public_keys(folder: Path) -> PublicKeys:
    """The keys that lie beside the log. Fails with FIELD_INVALID."""
    return PublicKeys(path.read_bytes() for path in sorted(folder.glob("*.pub")))


def read_count(folder: Path, keys: PublicKeys) -> int | None:
    """How many chains there have been; None if nobody has signed that."""
    path = folder / "writers"
    said: dict[str, Any] | None = read_signed(path.read_bytes(), WRITERS, keys) if path.exists() else None
    return None if said is None else int(said["writers"])


def write_count(folder: Path, count: int, signer: Signer) -> None:
    """Sign how many chains there are."""
    replace_file(folder / "writers", canonical(signed({"writers": count}, WRITERS, signer)) + b"\n")


def replace_file(path: Path, data: bytes) -> None:
    """In one step and for good: whoever reads sees the old file or the new one. Fails with OSError."""
    beside = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names of files last. Fails with OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone among processes, for as long as this takes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def claimed(path: Path) -> int | None:
    """A lock that ends with this process, as a descriptor; None if another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
