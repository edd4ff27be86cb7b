"""How an entry gets into the log before its answer goes out: appended, chained, signed from time to time.

An entry that ``record`` has taken outlives this process, however it ends; what is signed has also reached
the disk. Nothing that has been written is ever changed.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hushgate.audit.chain import linked, signed
from hushgate.audit.claiming import abandoned, claim
from hushgate.audit.entry import written_time
from hushgate.audit.folder import Head, Place, file_path, files_of, head_path, replace_file, sync_folder
from hushgate.audit.retention import retired, tombstone
from hushgate.audit.signing import Signer
from hushgate.failure import Failure, Reason
from hushgate.stages import staged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hushgate.audit.entry import Entry

_DAY = 86_400.0
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What an operator asks of the log."""

    sync: bool = False
    """Every entry reaches the disk before its answer goes out, and not only the operating system."""
    buffer: int = 0
    """Entries that may wait in memory while the log cannot be written; 0: the call fails at once."""
    days: int = 0
    """After how many days a file is deleted, and a chain that nobody writes any more; 0: never."""
    file_bytes: int = 64 * 1024 * 1024
    """About how long a file gets."""
    checkpoint_entries: int = 1000
    """After how many lines a checkpoint is signed, if no time has come before."""


class Writer:
    """One chain of the log, which is this process's alone. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        signer: Signer,
        terms: Terms | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Takes a chain up. ``clock``: seconds since the epoch. Failure AUDIT_UNAVAILABLE."""
        self.folder = folder
        self._signer = signer
        self._terms = terms or Terms()
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: deque[dict[str, Any]] = deque()
        self._file = -1
        self._half_written = False
        self._buried = 0.0
        """When the chains that nobody writes were last looked at."""
        try:
            self._claim = claim(folder, signer)
            self._first = self._claim.first
            self._last = self._claim.last
            self._begin_file(torn=self._claim.torn)
        except OSError as error:
            raise _unavailable(error) from None

    @classmethod
    def open(cls, folder: Path, key_file: Path, terms: Terms) -> Writer:
        """A writer in the directory, which is made if it is not there, with the key, which is too.

        Failure FIELD_INVALID or AUDIT_UNAVAILABLE.
        """
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as error:
            raise _unavailable(error) from None
        return cls(folder, Signer.load(key_file), terms)

    @staged("audit")
    def record(self, entry: Entry) -> None:
        """Writes the entry. Failure AUDIT_UNAVAILABLE if it cannot be; then it is not in the log."""
        said = {"at": written_time(self._clock()), **entry.said()}
        with self._lock:
            try:
                self._write_waiting()
                self._write(said)
            except OSError as error:
                if len(self._waiting) >= self._terms.buffer:
                    raise _unavailable(error) from None
                self._waiting.append(said)

    def tend(self) -> None:
        """The work between calls: what waits is written, a checkpoint signed, old files deleted.

        Failure AUDIT_UNAVAILABLE if the log cannot be written now.
        """
        with self._lock:
            try:
                self._write_waiting()
                if self._since:
                    self._checkpoint()
                if self._clock() - self._began > _DAY and self._entries:
                    self._turn()
                self._retire()
            except OSError as error:
                raise _unavailable(error) from None

    def close(self) -> None:
        """Signs the end and lets the chain go. Failure AUDIT_UNAVAILABLE if that cannot be written."""
        with self._lock:
            try:
                self._write_waiting()
                self._checkpoint(closed=True)
            except OSError as error:
                raise _unavailable(error) from None
            finally:
                os.close(self._file)
                os.close(self._claim.lock)

    def _write_waiting(self) -> None:
        while self._waiting:
            self._write(self._waiting[0])
            self._waiting.popleft()

    def _write(self, said: Mapping[str, Any]) -> None:
        if self._size > self._terms.file_bytes:
            self._turn()
        elif self._since >= self._terms.checkpoint_entries:
            self._checkpoint()
        self._append(said)
        self._since += 1
        self._entries += 1

    def _append(self, said: Mapping[str, Any]) -> None:
        """One line, wholly or not at all. Fails with OSError."""
        last = self._last
        line, digest = linked(last.digest.encode(), {**said, "sequence": last.sequence + 1})
        try:
            if self._half_written:
                os.ftruncate(self._file, self._size)
                self._half_written = False
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
            if self._terms.sync:
                os.fdatasync(self._file)
        except OSError:
            self._half_written = True
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
                self._half_written = False
            raise
        self._size += len(line)
        self._last = Place(last.file, last.sequence + 1, digest.decode())

    def _checkpoint(self, *, closed: bool = False) -> None:
        """Signs how far the chain is, in the chain and beside it."""
        said = {
            "at": written_time(self._clock()),
            "chain": self._claim.chain,
            "digest": self._last.digest,
            "sequence": self._last.sequence,
        }
        self._append({"checkpoint": signed(said, b"checkpoint", self._signer)})
        os.fsync(self._file)
        self._sign_head(closed=closed)
        self._since = 0

    def _sign_head(self, *, closed: bool = False) -> None:
        head = Head(
            self._claim.chain,
            self._claim.slot,
            first=self._first,
            last=self._last,
            size=self._size,
            at=written_time(self._clock()),
            closed=closed,
        )
        replace_file(head_path(self.folder, self._claim.slot), head.signed(self._signer))

    def _turn(self) -> None:
        """Ends the file and begins the next one."""
        self._checkpoint()
        self._begin_file()

    def _begin_file(self, *, torn: int = 0) -> None:
        """The next file, with its opening line; if that fails, all is as it was. ``torn``: see ``Claim``."""
        before = (self._file, self._last, getattr(self, "_size", 0))
        number = self._last.file + 1
        path = file_path(self.folder, self._claim.slot, number)
        # A file of this number, if there is one, has no whole line: whoever wanted to begin it ended.
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o640)
        self._size = 0
        self._last = Place(number, self._last.sequence, self._last.digest)
        opening = {
            "at": written_time(self._clock()),
            "chain": self._claim.chain,
            "number": number,
            "slot": self._claim.slot,
            "torn": torn,
        }
        try:
            self._append({"file": opening})
            os.fsync(self._file)
            sync_folder(self.folder)
            self._sign_head()
        except OSError:
            os.close(self._file)
            self._file, self._last, self._size = before
            with suppress(OSError):
                path.unlink()
            raise
        if before[0] >= 0:
            os.close(before[0])
        self._began = self._clock()
        self._since = self._entries = 0

    def _retire(self) -> None:
        """Deletes the files that are older than they may be, once that is signed."""
        if not self._terms.days:
            return
        until = written_time(self._clock() - self._terms.days * _DAY)
        first = retired(self.folder, self._claim.slot, self._first, self._last.file, until)
        if first != self._first:
            before = self._first
            self._append({"retired": {"at": written_time(self._clock()), "before": first.sequence + 1}})
            self._first = first
            self._checkpoint()
            for number in range(max(before.file, 1), first.file):
                file_path(self.folder, self._claim.slot, number).unlink(missing_ok=True)
        if self._clock() - self._buried >= _HOUR:
            self._buried = self._clock()
            self._bury(until)

    def _bury(self, until: str) -> None:
        """Deletes chains of which all is older: fewer workers than there were leave some that nobody ends.

        A signed head stays, so that it is seen whether more is gone; a later writer may go on behind it.
        """
        with abandoned(self.folder) as chains:
            for each in chains:
                stone = tombstone(self.folder, each, until, written_time(self._clock()))
                if stone is not None:
                    gone = {"at": stone.at, "before": stone.first.sequence + 1, "chain": stone.chain}
                    self._append({"retired": {**gone, "slot": stone.slot}})
                    self._checkpoint()
                    replace_file(head_path(self.folder, each.slot), stone.signed(self._signer))
                for number, path in files_of(self.folder, each.slot).items():
                    if stone is not None or number < each.first.file:
                        path.unlink(missing_ok=True)


def _unavailable(error: OSError) -> Failure:
    return Failure(Reason.AUDIT_UNAVAILABLE, f"the audit log cannot be written: {error.strerror}")
