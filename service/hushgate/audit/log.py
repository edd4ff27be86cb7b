"""Where entries go: into the log of the directory that is set, or nowhere in a trial without one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hushgate.audit.entry import Stage

if TYPE_CHECKING:
    from hushgate.audit.entry import Entry
    from hushgate.audit.writer import Writer

NO_LOG = "no audit log"


class Audit:
    """The audit log, as all that decides or changes something sees it."""

    def __init__(self, writer: Writer | None = None) -> None:
        """``writer``: None where there is no log."""
        self._writer = writer
        self.on = writer is not None
        self.folder = writer.folder if writer is not None else None

    def record(self, entry: Entry) -> None:
        """Writes the entry before the answer goes out. Failure AUDIT_UNAVAILABLE: do not answer."""
        if self._writer is not None:
            self._writer.record(entry)

    def begin(self, entry: Entry) -> None:
        """Writes that what cannot be taken back is about to be done; ``record`` follows it. Fails as that."""
        self.record(replace(entry, stage=Stage.BEGUN))

    def tend(self) -> None:
        """The work between calls. Failure AUDIT_UNAVAILABLE if the log cannot be written now."""
        if self._writer is not None:
            self._writer.tend()

    def close(self) -> None:
        """Signs the end of the log."""
        if self._writer is not None:
            self._writer.close()
