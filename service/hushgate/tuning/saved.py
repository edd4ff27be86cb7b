"""What a measurement leaves behind to be compared with: counts by text, and nothing of the texts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hushgate.failure import Failure, Reason
from hushgate.tuning.scoring import Counts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hushgate.tuning.bootstrap import Row
    from hushgate.tuning.summary import Summary

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Setup:
    """What a measurement was made with: two are comparable as far as these agree."""

    hushgate: str
    """Version of hushgate."""
    policy: str
    """Version of the policy, whose thresholds and lists count."""
    types: str
    """Digest of the types."""


@dataclass(frozen=True, slots=True)
class Saved:
    """An earlier measurement."""

    setup: Setup
    precise: frozenset[str]
    """The entities of which it told precision."""
    rows: Mapping[str, Row]
    """The counts of each text, by its identity."""


_Number = Annotated[int, Field(ge=0)]


class _Setup(BaseModel):
    model_config = ConfigDict(strict=True)

    hushgate: str
    policy: str
    types: str


class _File(BaseModel):
    model_config = ConfigDict(strict=True)

    format: Literal[1]
    setup: _Setup
    entities: list[str]
    precise: list[str]
    columns: list[str]
    texts: dict[str, list[Annotated[list[_Number], Field(min_length=1 + len(Counts._fields))]]]


def saved_text(summary: Summary, setup: Setup) -> str:
    """The measurement as JSON, a line for each text, so that two can be told apart by their lines.

    ``summary`` is for people and scripts; ``texts`` holds, by the text's identity, a list for each entity:
    its place in ``entities``, then ``columns``. What is there is what ``hushgate evaluate --baseline`` reads.
    """
    measured = summary.measured
    entities = sorted({entity for row in measured.rows.values() for entity, _ in row})
    place = {entity: index for index, entity in enumerate(entities)}
    head = {
        "format": FORMAT,
        "setup": {"hushgate": setup.hushgate, "policy": setup.policy, "types": setup.types},
        "summary": summary.as_data(),
        "entities": entities,
        "precise": [entity for entity, is_ in zip(measured.entities, measured.precise, strict=True) if is_],
        "columns": list(Counts._fields),
    }
    texts = (
        f"  {json.dumps(identity)}: {json.dumps([[place[entity], *counts] for entity, counts in row])}"
        for identity, row in measured.rows.items()
    )
    return (
        json.dumps(head, indent=1).removesuffix("\n}") + ',\n "texts": {\n' + ",\n".join(texts) + "\n }\n}\n"
    )


def read_saved(path: Path) -> Saved:
    """What ``saved_text`` made. Fails with FIELD_INVALID."""
    try:
        file = _File.model_validate(json.loads(path.read_bytes()))
        rows = {identity: _row(each, file.entities) for identity, each in file.texts.items()}
    except OSError as error:
        raise _invalid(path, f"cannot be read: {error.strerror}") from None
    except (ValidationError, ValueError, IndexError, RecursionError):
        raise _invalid(path, "is not what evaluate --save writes, or from another version") from None
    setup = Setup(file.setup.hushgate, file.setup.policy, file.setup.types)
    return Saved(setup, frozenset(file.precise), rows)


def _row(counts: list[list[int]], entities: list[str]) -> Row:
    return tuple((entities[place], Counts(*numbers)) for place, *numbers in counts)


def _invalid(path: Path, sentence: str) -> Failure:
    return Failure(Reason.FIELD_INVALID, f"baseline: {path} {sentence}", field="baseline")
