"""What of a file counts: which types its labels are complete for, as a manifest beside it says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, TypeAdapter, ValidationError

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hushgate.tuning.types import Types

MANIFEST = "manifest.json"
ALL = "all"
"""In place of a type: every one."""

_REMARK = re.compile(r"\s*\(.*\)\s*\Z")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which types are labelled wherever they occur in a file, and which in part of the places only."""

    complete: frozenset[str] | None
    """None: nobody said, so that every type counts."""
    partial: frozenset[str] = frozenset()

    def counts(self, label: str) -> bool:
        """Whether labels of that type count for recall."""
        named = (self.complete or frozenset()) | self.partial
        return self.complete is None or label in named or ALL in named

    def precise(self, types: Types) -> frozenset[str] | None:
        """The entities of which a finding that no label bears out is a false alarm; None: of any."""
        if self.complete is None or ALL in self.complete:
            return None
        meanings = (types.meaning(label) for label in self.complete)
        return frozenset(meaning.entity for meaning in meanings if meaning and not meaning.recall_only)


UNSAID = Scope(None)


class _Entry(BaseModel):
    complete_types: list[str] = []
    partial_types: list[str] = []


_MANIFEST = TypeAdapter(dict[str, _Entry])


def read_scopes(directory: Path) -> Mapping[str, Scope]:
    """What the directory's ``manifest.json`` says of its files, by file name; empty where there is none.

    ``{"a.jsonl": {"complete_types": […], "partial_types": […]}}``; a remark in brackets behind a type is
    passed over. Fails with FIELD_INVALID.
    """
    path = directory / MANIFEST
    if not path.is_file():
        return {}
    try:
        entries = _MANIFEST.validate_python(json.loads(path.read_bytes()))
    except (ValueError, RecursionError, OSError) as error:
        kind = "is not a manifest" if isinstance(error, ValidationError) else "cannot be read as JSON"
        sentence = f"{path}: {kind}; it maps file names to complete_types and partial_types"
        raise Failure(Reason.FIELD_INVALID, sentence, field="manifest") from None
    return {
        name: Scope(frozenset(map(_plain, entry.complete_types)), frozenset(map(_plain, entry.partial_types)))
        for name, entry in entries.items()
    }


def _plain(name: str) -> str:
    return _REMARK.sub("", name)
