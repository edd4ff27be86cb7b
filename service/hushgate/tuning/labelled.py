"""What a labelled text is, and which lines of a file are none.

One JSON object a line: ``{"id", "text", "spans": [{"start", "end", "type"}], "meta"}``. Offsets are code
points, half-open. ``meta.ignore`` lists ranges ``[start, end]`` that nobody has judged. Of a conversation,
``meta.turns`` lists ``[role, start, end]`` of each turn; of an answer, ``meta.asked_for`` is what was asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hushgate.yamlfile import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class Label:
    """A half-open span ``[start, end)`` in code points, and what somebody says that it is."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says at a time: the half-open span ``[start, end)`` of a conversation."""

    role: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its labels, in order and disjoint."""

    text: str = field(repr=False)
    labels: tuple[Label, ...]
    ignored: tuple[tuple[int, int], ...]
    """Half-open ranges in which neither a hit nor a false alarm counts."""
    name: str
    """Its id; its line number where it has none."""
    file: str
    line: int
    """From 1."""
    turns: tuple[Turn, ...] = ()
    """Of a conversation, in order."""
    asked_for: str = field(default="", repr=False)
    """What the text answers."""

    @property
    def identity(self) -> str:
        """Sixteen hex digits for its id and labels; what the text says is not in them."""
        spans = [[label.start, label.end, label.type] for label in self.labels]
        told = json.dumps([self.file.rpartition("/")[2], self.name, len(self.text), spans])
        return sha256(told.encode()).hexdigest()[:16]


class _Span(BaseModel):
    model_config = ConfigDict(strict=True)

    start: Annotated[int, Field(ge=0)]
    end: int
    type: Annotated[str, Field(min_length=1)]


class _Meta(BaseModel):
    model_config = ConfigDict(strict=True)

    ignore: list[tuple[int, int]] = []
    turns: list[tuple[str, int, int]] = []
    asked_for: str = ""


class _Line(BaseModel):
    model_config = ConfigDict(strict=True)

    id: str | int | None = None
    text: str
    spans: list[_Span]
    meta: _Meta | None = None


def read_labelled(path: Path) -> Iterator[Labelled | Problem]:
    """The labelled texts of a file as they come, and a problem for each line that is none.

    Blank lines are passed over. A file that cannot be read is one problem.
    """
    try:
        with path.open("rb") as lines:
            yield from parse_lines(lines, str(path))
    except OSError as error:
        yield Problem(str(path), 1, f"cannot be read: {error.strerror}")


def parse_lines(lines: Iterable[bytes], file: str) -> Iterator[Labelled | Problem]:
    """The same for lines of UTF-8 that are at hand."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _labelled(
                _Line.model_validate(_tuples(json.loads(line.decode("utf-8-sig").rstrip()))), file, number
            )
        except ValidationError as error:
            yield Problem(file, number, _sentence(error))
        except UnicodeDecodeError:
            yield Problem(file, number, "is not UTF-8 text")
        except json.JSONDecodeError as error:
            yield Problem(file, number, f"is not JSON: {error.msg} at column {error.colno}")
        except RecursionError:
            yield Problem(file, number, "is not JSON that can be read: nested too deep")
        except _Wrong as wrong:
            yield Problem(file, number, str(wrong))
        except ValueError:  # json's, of a number that Python does not turn into an int
            yield Problem(file, number, "is not JSON that can be read: a number is too long")


class _Wrong(ValueError):  # noqa: N818 - a sentence for a person
    """A sentence about a line; holds nothing of it."""


def _tuples(data: object) -> object:
    """The line with its ranges and turns as tuples, which is what strict reading wants of them."""
    meta = data.get("meta") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(meta, dict):
        return data
    listed = {name: meta[name] for name in ("ignore", "turns") if isinstance(meta.get(name), list)}
    tuples = {
        name: [tuple(each) if isinstance(each, list) else each for each in entries]
        for name, entries in listed.items()
    }
    return {**data, "meta": {**meta, **tuples}}


def _labelled(line: _Line, file: str, number: int) -> Labelled:
    labels = tuple(sorted((Label(s.start, s.end, s.type) for s in line.spans), key=lambda label: label.start))
    for index, span in enumerate(line.spans):
        if not span.start < span.end <= len(line.text):
            what = "ends before it starts" if span.end < span.start else "is empty"
            what = (
                f"goes beyond the text's {len(line.text)} code points" if span.end > len(line.text) else what
            )
            raise _Wrong(f"spans[{index}] {what}")
    for one, other in pairwise(labels):
        if other.start < one.end:
            raise _Wrong(f"the spans that start at {one.start} and at {other.start} overlap")
    ignored = tuple(line.meta.ignore) if line.meta else ()
    if any(start < 0 or end > len(line.text) for start, end in ignored):
        raise _Wrong(f"meta.ignore goes beyond the text's {len(line.text)} code points")
    turns = tuple(Turn(*turn) for turn in line.meta.turns) if line.meta else ()
    if any(not 0 <= turn.start <= turn.end <= len(line.text) for turn in turns):
        raise _Wrong(f"meta.turns goes beyond the text's {len(line.text)} code points")
    if any(other.start < one.end for one, other in pairwise(turns)):
        raise _Wrong("meta.turns has turns that overlap, or out of order")
    name = str(number) if line.id is None else str(line.id)
    asked_for = line.meta.asked_for if line.meta else ""
    return Labelled(line.text, labels, ignored, name, file, number, turns, asked_for)


def _sentence(error: ValidationError) -> str:
    """The first thing wrong with a line, without anything of what stands there."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    where = where.removesuffix(".str").removesuffix(".int")
    if first["type"] == "missing":
        return f"{where} is required"
    if first["type"] == "model_type":
        return f"{where or 'the line'} must be a JSON object"
    plain = first["msg"].replace("Input should be", "must be").replace("Input should have", "must have")
    plain = plain.replace("valid dictionary", "JSON object").replace("String should have", "must have")
    return f"{where} {plain}"
