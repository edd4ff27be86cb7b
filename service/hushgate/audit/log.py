"""Where entries go: into the log of the directory that is set, or nowhere in a trial without one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hushgate.audit.entry import Stage
from hushgate.audit.refusals import Refusals
from hushgate.failure import Failure

if TYPE_CHECKING:
    from hushgate.audit.entry import Entry
    from hushgate.audit.writer import Writer

NO_LOG = "no audit log"


class Audit:
    """The audit log, as all that decides or changes something sees it."""

    def __init__(self, writer: Writer | None = None) -> None:
        """``writer``: None where there is no log."""
        self._writer = writer
        self._refusals = Refusals()
        self.on = writer is not None
        self.folder = writer.folder if writer is not None else None

    def record(self, entry: Entry) -> None:
        """Writes the entry before the answer goes out. Failure AUDIT_UNAVAILABLE: do not answer."""
        if self._writer is not None:
            self._writer.record(entry)

    def begin(self, entry: Entry) -> None:
        """Writes that what cannot be taken back is about to be done; ``record`` follows it. Fails as that."""
        self.record(replace(entry, stage=Stage.BEGUN))

    def refused(self, entry: Entry) -> None:
        """Writes that a call was refused, or counts it where many are, or where the log is away."""
        if self._writer is not None and self._refusals.alone(entry):
            self._write_refusal(self._writer, entry)

    def tend(self) -> None:
        """The work between calls. Failure AUDIT_UNAVAILABLE if the log cannot be written now."""
        if self._writer is not None:
            for entry in self._refusals.counted():
                self._write_refusal(self._writer, entry)
            self._writer.tend()

    def close(self) -> None:
        """Signs the end of the log."""
        if self._writer is not None:
            for entry in self._refusals.counted(now=True):
                self._write_refusal(self._writer, entry)
            self._writer.close()

    def _write_refusal(self, writer: Writer, entry: Entry) -> None:
        """The call has failed already: that its entry cannot be written makes it no other failure."""
        try:
            writer.record(entry)
        except Failure:
            self._refusals.missed(entry)
