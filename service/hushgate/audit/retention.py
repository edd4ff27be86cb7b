"""What is old enough to be deleted: a chain's files, never the last, or all of a chain that has ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hushgate.audit.folder import Head, Place, file_path, files_of

if TYPE_CHECKING:
    from pathlib import Path

    from hushgate.audit.claiming import Claim


def retired(folder: Path, slot: int, first: Place, last_file: int, until: str) -> Place:
    """Behind what the chain begins once all files that ended before ``until`` are gone.

    ``until``: RFC 3339 in UTC, to the microsecond. Fails with OSError.
    """
    for number in files_of(folder, slot):
        following = file_path(folder, slot, number + 1)
        if number < max(first.file, 1) or number >= last_file or not following.exists():
            continue
        with following.open("rb") as lines:
            opening = json.loads(lines.readline())
        if opening["file"]["at"] >= until:
            break
        line = _last_line(file_path(folder, slot, number))
        first = Place(number + 1, line["sequence"], line["digest"])
    return first


def tombstone(folder: Path, ended: Claim, until: str, at: str) -> Head | None:
    """The head of a chain of which nothing is kept: it begins behind its last line. None: too early, or done.

    ``ended``: a chain that nobody writes; ``until``: as above; ``at``: now. Fails with OSError.
    """
    if ended.first.sequence == ended.last.sequence:
        return None
    path = file_path(folder, ended.slot, ended.last.file)
    line = _last_line(path)
    if _time(line) >= until:
        return None
    behind = Place(ended.last.file + 1, ended.last.sequence, ended.last.digest)
    size = path.stat().st_size - ended.torn
    return Head(ended.chain, ended.slot, first=behind, last=ended.last, size=size, at=at, closed=True)


def _last_line(path: Path) -> dict[str, Any]:
    """The last whole line of a file that has one."""
    whole = path.read_bytes()
    line: dict[str, Any] = json.loads(whole[: whole.rfind(b"\n")].rpartition(b"\n")[2])
    return line


def _time(line: dict[str, Any]) -> str:
    """When a line was written: an entry says so itself, a line of the log's own within."""
    own = (each["at"] for each in line.values() if isinstance(each, dict) and "at" in each)
    return str(line["at"] if "at" in line else next(own))
