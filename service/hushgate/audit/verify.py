"""Whether the log is whole: every line follows from the one before, and nothing that was signed is gone.

What a writer had not signed yet when it was killed is said, and is no fault: a last line that is torn, and
the lines behind the last checkpoint.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hushgate.audit.chain import CHECKPOINT, OPENING, RETIRED, is_signed, unbroken
from hushgate.audit.folder import Head, file_path, files_of, head_path, public_keys, read_count, slots_of
from hushgate.failure import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from hushgate.audit.signing import PublicKeys

_CHUNK = 4 * 1024 * 1024
_NO_ENTRIES = (CHECKPOINT, OPENING, RETIRED)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written."""

    slot: int | None
    """The chain; None: all of them."""
    file: str
    sequence: int
    """The first line of the chain that does not stand as it was written; 0 where it is no line's."""
    sentence: str

    def __str__(self) -> str:
        at = f", line {self.sequence} of the chain" if self.sequence else ""
        return f"{self.file}{at}: {self.sentence}"


@dataclass(slots=True)
class Report:
    """What was verified."""

    chains: int = 0
    entries: int = 0
    """Decisions and changes; lines of the log's own are not counted."""
    size: int = 0
    """Bytes."""
    unsigned: int = 0
    """Lines behind the last signed head of their chain."""
    torn: int = 0
    """Chains whose last line is not whole: their writer was killed, or is writing now."""
    faults: list[Fault] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether there is a log, and all that was signed stands as it was written."""
        return bool(self.chains) and not self.faults


def verify(folder: Path, keys: PublicKeys | None = None) -> Report:
    """Recompute every chain. ``keys``: those that lie beside the log, if not given. Fails with OSError."""
    report = Report()
    try:
        keys = keys or public_keys(folder)
    except Failure as failure:
        report.faults.append(Fault(None, "*.pub", 0, failure.sentence))
        return report
    slots, count = slots_of(folder), read_count(folder, keys)
    if count is None:
        report.faults.append(Fault(None, "writers", 0, "is missing, or not as it was signed"))
    for slot in sorted({*slots, *range(count or 0)}):
        report.chains += 1
        _Walk(folder, slot, keys, report).all()
    return report


class _Walk:
    """One pass over a chain."""

    def __init__(self, folder: Path, slot: int, keys: PublicKeys, report: Report) -> None:
        self.folder, self.slot, self.keys, self.report = folder, slot, keys, report
        self.sequence, self.digest = 0, b""
        self.path = head_path(folder, slot)

    def all(self) -> None:
        """Adds to the report what the chain is, up to its first fault."""
        head = Head.read(self.path.read_bytes(), self.keys) if self.path.exists() else None
        if head is None or head.slot != self.slot:
            self.fault("is missing, or not as it was signed")
            return
        self.head = head
        self.sequence, self.digest = head.first.sequence, head.first.digest.encode()
        files = files_of(self.folder, self.slot)
        torn = 0
        for number in range(max(head.first.file, 1), max([*files, head.last.file]) + 1):
            self.path = file_path(self.folder, self.slot, number)
            if number not in files:
                self.fault("is missing")
                return
            rest = self.file(number, torn)
            if rest is None:
                return
            torn = rest
        if self.sequence < head.last.sequence:
            self.fault(f"is cut off: {head.last.sequence} lines were signed")
        elif head.closed and (self.sequence > head.last.sequence or torn):
            self.fault("goes on behind its signed end")
        else:
            self.report.unsigned += self.sequence - head.last.sequence
            self.report.torn += bool(torn)

    def file(self, number: int, torn: int) -> int | None:
        """How many bytes of a torn line the file ends with; None at a fault. ``torn``: of the one before."""
        rest, opened = b"", False
        with self.path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                self.report.size += len(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                if lines and not opened and not self.opening(lines[0], number, torn):
                    self.fault("does not begin as the file that follows", at=self.sequence + 1)
                    return None
                opened = opened or bool(lines)
                if not self.lines(lines):
                    return None
        if not opened and torn:
            self.fault("does not begin as the file that follows")
            return None
        return len(rest)

    def opening(self, line: bytes, number: int, torn: int) -> bool:
        """Whether the line opens this file of this chain, behind a file that ended so."""
        said = _read(line).get("file", {})
        expected = {"chain": self.head.chain, "number": number, "slot": self.slot, "torn": torn}
        return bool(expected.items() <= said.items()) if isinstance(said, dict) else False

    def lines(self, lines: list[bytes]) -> bool:
        """Whether the lines follow, and are what was signed."""
        signed = self.head.last.sequence - self.sequence
        parts = [lines[:signed], lines[signed:]] if 0 < signed < len(lines) else [lines]
        for part in parts:
            count, self.digest = unbroken(self.digest, part)
            self.sequence += count
            if count < len(part):
                self.fault("does not follow from the line before it", at=self.sequence + 1)
                return False
            if self.sequence == self.head.last.sequence and self.digest.decode() != self.head.last.digest:
                self.fault("is not the line that was signed", at=self.sequence)
                return False
        own = [(at, line) for at, line in enumerate(lines) if line.startswith(_NO_ENTRIES)]
        self.report.entries += len(lines) - len(own)
        first = self.sequence - len(lines) + 1
        for at, line in own:
            if line.startswith(CHECKPOINT) and not self.checkpoint(_read(line), first + at):
                self.fault("is a checkpoint that nobody has signed", at=first + at)
                return False
        return True

    def checkpoint(self, said: dict[str, Any], sequence: int) -> bool:
        """Whether a key has signed it for this place. Its digest is the chain's, since the line is."""
        signed = said.get("checkpoint")
        place = {"chain": self.head.chain, "sequence": sequence - 1}
        return (
            isinstance(signed, dict)
            and place.items() <= signed.items()
            and is_signed(signed, b"checkpoint", self.keys)
        )

    def fault(self, sentence: str, at: int = 0) -> None:
        """Something is not as it was written."""
        self.report.faults.append(Fault(self.slot, self.path.name, at, sentence))


def _read(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
