"""Which of a chain's files are old enough to be deleted: whole files, oldest first, never the last."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hushgate.audit.folder import Place, file_path, files_of

if TYPE_CHECKING:
    from pathlib import Path


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
        whole = file_path(folder, slot, number).read_bytes()
        line = json.loads(whole[: whole.rfind(b"\n")].rpartition(b"\n")[2])
        first = Place(number + 1, line["sequence"], line["digest"])
    return first
