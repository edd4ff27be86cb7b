"""What a label counts as: the entity that it stands for, and what else may be found in its place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hushgate.failure import Failure, Reason
from hushgate.yamlfile import problems_of, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED = Path(__file__).parent / "types.yaml"
ANY = "*"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one label counts as."""

    entity: str
    """The row that it is counted in."""
    also: frozenset[str] = frozenset()
    """Other entities that count as found, the label's own name among them; ``*`` for any."""
    recall_only: bool = False
    """Whether what is found there says nothing on precision."""

    def accepts(self, entity: str) -> bool:
        """Whether a finding of ``entity`` finds it."""
        return entity == self.entity or entity in self.also or ANY in self.also


@dataclass(frozen=True, slots=True)
class Types:
    """Labels as they are to be counted. A label that is not mentioned is the entity of that name.

    ``date_of_birth`` and ``Date of birth`` are read as ``DATE_OF_BIRTH`` unless mentioned themselves.
    """

    by_label: Mapping[str, Meaning | None]
    """None: left out. One ``*`` in a label stands for any letters, and in its meaning for the same."""
    groups: tuple[frozenset[str], ...] = ()
    """Entities that count as equal."""

    def meaning(self, label: str) -> Meaning | None:
        """What ``label`` counts as; None where it is left out."""
        found, letters = self._entry(label)
        if found is None:
            return None
        entity = found.entity.replace(ANY, letters)
        equal = frozenset[str]().union(*(group for group in self.groups if entity in group))
        return Meaning(entity, (found.also | equal | {label}) - {entity}, found.recall_only)

    def _entry(self, label: str) -> tuple[Meaning | None, str]:
        if label in self.by_label:
            return self.by_label[label], ANY
        for pattern in sorted(self.by_label, key=len, reverse=True):
            before, star, after = pattern.partition(ANY)
            if (
                star
                and len(label) > len(before + after)
                and label.startswith(before)
                and label.endswith(after)
            ):
                return self.by_label[pattern], label[len(before) : len(label) - len(after)]
        written = plain(label)
        return self.by_label.get(written, Meaning(written)), ANY

    @property
    def digest(self) -> str:
        """Eight hex digits that change when a meaning does."""
        told = {
            label: meaning and [meaning.entity, sorted(meaning.also), meaning.recall_only]
            for label, meaning in self.by_label.items()
        }
        groups = sorted(sorted(group) for group in self.groups)
        return sha256(json.dumps([told, groups], sort_keys=True).encode()).hexdigest()[:8]


def plain(label: str) -> str:
    """The label as entities are written."""
    return label.replace("-", "_").replace(" ", "_").upper()


_Name = Annotated[str, Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    entity: _Name | None = None
    also: list[_Name] = []
    recall_only: bool = False


_LABELS = TypeAdapter(dict[_Name, _Name | _Entry | None])
_GROUPS = TypeAdapter(list[list[_Name]])


def read_types(path: Path | None = None) -> Types:
    """The shipped types, with those of the file at ``path`` over them, label by label.

    Fails with FIELD_INVALID, and then names every problem as ``file:line: sentence``.
    """
    shipped = _shipped()
    if path is None:
        return shipped
    own = _read(path)
    return Types({**shipped.by_label, **own.by_label}, (*shipped.groups, *own.groups))


@cache
def _shipped() -> Types:
    return _read(SHIPPED)


def _read(path: Path) -> Types:
    document = read_yaml(path)
    problems = list(document.problems)
    data = document.data if isinstance(document.data, dict) else {}
    if not problems and data is not document.data:
        problems.append(document.problem((), "must map labels to entities"))
    try:
        entries = _LABELS.validate_python({label: data[label] for label in data if label != "group"})
        groups = _GROUPS.validate_python(_listed(data.get("group", [])))
    except ValidationError as error:
        problems += problems_of(document, error)
    if problems:
        sentence = "\n".join(map(str, problems))
        raise Failure(Reason.FIELD_INVALID, f"types: {sentence}", field="types")
    return Types(
        {label: _meaning(label, entry) for label, entry in entries.items()}, tuple(map(frozenset, groups))
    )


def _listed(group: object) -> object:
    """One group may be written without the outer brackets."""
    return [group] if isinstance(group, list) and any(isinstance(each, str) for each in group) else group


def _meaning(label: str, entry: str | _Entry | None) -> Meaning | None:
    if entry is None:
        return None
    if isinstance(entry, str):
        return Meaning(entry)
    # Of a pattern, the label that it stood for is the entity.
    return Meaning(entry.entity or label, frozenset(entry.also), entry.recall_only)
