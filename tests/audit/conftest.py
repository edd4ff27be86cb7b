"""A log to write and to read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - a field of a dataclass

import pytest

from hushgate.audit.entry import Entry
from hushgate.audit.writer import Terms, Writer

SMALL = Terms(file_bytes=1500, checkpoint_entries=4)


@dataclass
class Log:
    """A directory, and what writes in it."""

    folder: Path

    def writer(self, terms: Terms = SMALL, **options: object) -> Writer:
        return Writer.open(self.folder, self.folder / "signing.key", terms, **options)

    def write(self, count: int, terms: Terms = SMALL) -> None:
        """Entries of one writer, from its start to its end."""
        writer = self.writer(terms)
        for number in range(count):
            writer.record(entry(number))
        writer.close()

    def lines(self) -> list[dict]:
        files = sorted(self.folder.glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def entries(self) -> list[dict]:
        return [line for line in self.lines() if "rpc" in line]

    def files(self) -> list[Path]:
        """All that is verified."""
        return sorted(path for path in self.folder.iterdir() if path.suffix not in {".lock", ".key"})


def entry(number: int, **other: object) -> Entry:
    return Entry(rpc="Prepare", decision_id=f"{number:032x}", tenant="acme", **other)


@pytest.fixture
def log(tmp_path) -> Log:
    return Log(tmp_path / "audit")
