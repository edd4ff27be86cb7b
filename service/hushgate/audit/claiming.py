"""Which chain a new writer goes on with, and which nobody writes: by a lock that ends with its process."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hushgate.audit.chain import genesis, unbroken
from hushgate.audit.entry import written_time
from hushgate.audit.folder import (
    Head,
    Place,
    claimed,
    file_path,
    files_of,
    head_path,
    locked,
    public_keys,
    read_count,
    replace_file,
    slots_of,
    write_count,
)
from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hushgate.audit.signing import PublicKeys, Signer

_MOST_CHAINS = 10_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A chain that is this process's alone, and where its last whole line is."""

    slot: int
    chain: str
    first: Place
    last: Place
    torn: int
    """Bytes of a line behind the last whole one, that a writer had begun when it ended."""
    lock: int
    """A descriptor; closing it lets the chain go."""


def claim(folder: Path, signer: Signer) -> Claim:
    """A chain to write. Fails with OSError, or AUDIT_UNAVAILABLE if there is none left.

    A chain that is not whole stays as it is, for ``verify`` to show; the writer takes another one.
    """
    public = folder / f"{signer.key_id}.pub"
    if not public.exists():
        public.write_bytes(signer.public)
    keys = public_keys(folder)
    with locked(folder / "writers.lock"):
        slots, count = slots_of(folder), read_count(folder, keys)
        new = max([*slots, (count or 0) - 1]) + 1
        for slot in range(min(new + 1, _MOST_CHAINS)):
            lock = claimed(folder / f"{slot:02}.lock")
            if lock is None:
                continue
            found = _begun(folder, slot, lock, signer) if slot == new else _resumed(folder, slot, lock, keys)
            if found is not None:
                # Where a count has been lost, it stays so, for ``verify`` to show.
                if count is not None or not slots:
                    write_count(folder, max(new, slot + 1), signer)
                return found
            os.close(lock)
    raise Failure(Reason.AUDIT_UNAVAILABLE, f"audit: {_MOST_CHAINS} chains are in use or broken")


@contextmanager
def abandoned(folder: Path) -> Iterator[Sequence[Claim]]:
    """The whole chains that no process writes; within, none begins to. Fails with OSError."""
    keys = public_keys(folder)
    with locked(folder / "writers.lock"):
        claims: list[Claim] = []
        try:
            for slot in slots_of(folder):
                lock = claimed(folder / f"{slot:02}.lock")
                if lock is None:
                    continue
                found = _resumed(folder, slot, lock, keys)
                if found is None:
                    os.close(lock)
                else:
                    claims.append(found)
            yield claims
        finally:
            for each in claims:
                os.close(each.lock)


def _begun(folder: Path, slot: int, lock: int, signer: Signer) -> Claim:
    chain = secrets.token_hex(8)
    start = Place(0, 0, genesis(chain).decode())
    head = Head(chain, slot, first=start, last=start, size=0, at=written_time(time.time()))
    replace_file(head_path(folder, slot), head.signed(signer))
    return Claim(slot, chain, start, start, 0, lock)


def _resumed(folder: Path, slot: int, lock: int, keys: PublicKeys) -> Claim | None:
    """The chain from its last signed head on; None where what stands there does not follow from it."""
    path = head_path(folder, slot)
    head = Head.read(path.read_bytes(), keys) if path.exists() else None
    if head is None or head.slot != slot:
        return None
    last, torn = head.last, 0
    files = files_of(folder, slot)
    for number in range(head.last.file, max(files, default=0) + 1):
        path = file_path(folder, slot, number)
        data = path.read_bytes() if path.exists() else b""
        if number == head.last.file:
            if len(data) < head.size:
                return None
            data = data[head.size :]
        *lines, rest = data.split(b"\n")
        count, digest = unbroken(last.digest.encode(), lines)
        if count < len(lines):
            return None
        if count or number == head.last.file:
            # A file without a whole line was about to be begun, and is begun again.
            last, torn = Place(number, last.sequence + count, digest.decode()), len(rest)
    return Claim(slot, head.chain, head.first, last, torn, lock)
