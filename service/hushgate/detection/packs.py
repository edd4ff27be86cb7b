"""Which rules the packs hold: the edge where YAML becomes rules, or problems with their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

import regex
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from hushgate.detection.checks import CHECKS
from hushgate.detection.rule import Rule
from hushgate.failure import Failure, Reason
from hushgate.yamlfile import Document, Loc, Problem, problems_of, read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

ANSWER = " → "
"""Stands between the question and the answer in an example of a rule with ``asked``."""

_NAME = r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*$"


_PART = re.compile(r"\{\{(\w+)\}\}")
_COMPILED = "compiled"
"""In the schema's context: the patterns are known to compile."""


def _compiles(pattern: str, info: ValidationInfo) -> str:
    pattern = pattern.rstrip("\n")  # a block scalar's own line end is no part of the pattern
    if missing := _PART.search(pattern):
        raise ValueError(f"names the part {missing[1]}, which the pack does not have above it")
    if info.context and info.context[_COMPILED]:
        return pattern
    for dialect in (re, regex):  # one to read its structure, one to run it
        try:
            dialect.compile(pattern)
        except (re.error, regex.error, OverflowError, RecursionError) as error:
            raise ValueError(f"does not compile: {error}") from None
    return pattern


def _check(name: str) -> str:
    if name not in CHECKS:
        raise ValueError("is not a check that exists; the names are in hushgate.detection.checks")
    return name


def _marked(text: str) -> str:
    marks = "".join(each for each in text if each in "«»")
    if not marks or marks.replace("«»", ""):
        raise ValueError("must mark what is found, as in: call «212-555-0188» today")
    return text


def _unmarked(text: str) -> str:
    if "«" in text or "»" in text:
        raise ValueError("must have no marks: nothing in it is found")
    return text


_Items = TypeVar("_Items", bound=tuple[object, ...])


def _some(items: _Items) -> _Items:
    if not items:
        raise ValueError("must have at least one entry")
    return items


# Not ``min_length``: where an entry is wrong, that would say that there is none.
_AtLeastOne = AfterValidator(_some), Field(json_schema_extra={"minItems": 1})
_Word = Annotated[str, Field(min_length=1, pattern=r"\w")]
_Words = Annotated[tuple[_Word, ...], *_AtLeastOne]
_RuleName = Annotated[str, Field(pattern=_NAME)]
_Marked = Annotated[str, AfterValidator(_marked)]
_Unmarked = Annotated[str, Field(min_length=1), AfterValidator(_unmarked)]


class RuleEntry(BaseModel):
    """One entry under ``rules:``."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Rule")

    id: _RuleName = Field(description="Permanent: the pack's name, a dot, the rule's own name.")
    entity: str = Field(
        pattern=r"^[A-Z][A-Z0-9_]*$",
        description="What is found, in Presidio's vocabulary where it has a word: CREDIT_CARD.",
    )
    description: str = Field(min_length=1, description="What is found, in a sentence or two.")
    pattern: Annotated[str, Field(min_length=1), AfterValidator(_compiles)] = Field(
        description="Python's re dialect, of bounded width. A group (?P<value>…), if any, is the find.",
    )
    checksum: Annotated[str, AfterValidator(_check)] = Field(
        default="",
        description="The check that the find must pass: luhn, iban … or stdnum.<module of python-stdnum>.",
    )
    score: float = Field(
        default=0.5, gt=0, le=1, strict=False, description="0 to 1. From 0.4 on it is a finding."
    )
    context: _Words = Field(default=(), strict=False, description="Words that raise the score when near.")
    unless: _Words = Field(default=(), strict=False, description="Words that lower the score when near.")
    requires: _Words = Field(
        default=(), strict=False, description="Words one of which must stand near for a finding at all."
    )
    asked: _Words = Field(
        default=(),
        strict=False,
        description="Words one of which must stand in the question that a short text answers.",
    )
    overlaps: Annotated[tuple[_RuleName, ...], *_AtLeastOne] = Field(
        default=(),
        strict=False,
        description="Other rules that find the same places with a higher score, and rightly so.",
    )
    references: tuple[Annotated[str, Field(pattern=r"^https?://\S+$")], ...] = Field(
        default=(), strict=False, description="Where the format is laid down."
    )
    matches: Annotated[tuple[_Marked, ...], *_AtLeastOne] = Field(
        strict=False, description="Texts with «marks» around exactly what is found."
    )
    ignores: Annotated[tuple[_Unmarked, ...], *_AtLeastOne] = Field(
        strict=False, description="Near misses: texts in which this rule finds nothing."
    )

    @model_validator(mode="after")
    def _answers(self) -> Self:
        for examples in (self.matches, self.ignores) if self.asked else ():
            if any(each.count(ANSWER) != 1 for each in examples):
                raise ValueError(f"asked: an example must be a question and its answer, with{ANSWER}between")
        if self.asked and (self.context or self.requires):
            raise ValueError("asked stands in place of context and requires")
        return self


class PackFile(BaseModel):
    """A pack: rules that belong together, one file."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Pack of recognizers")

    pack: _RuleName = Field(description="The name that all ids of the file begin with.")
    description: str = Field(min_length=1, description="What the pack is about.")
    profiles: Annotated[tuple[_RuleName, ...], *_AtLeastOne] = Field(
        default=(), strict=False, description="The profiles that the pack belongs to; without it, all."
    )
    parts: dict[str, str] = Field(
        default={},
        description="Pieces of patterns by name: {{name}} in a pattern or a part below stands for one.",
    )
    rules: Annotated[tuple[RuleEntry, ...], *_AtLeastOne] = Field(strict=False)

    @model_validator(mode="before")
    @classmethod
    def _put_together(cls, data: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
        if not isinstance(data, dict) or not isinstance(data.get("parts"), dict):
            return data
        parts: dict[object, str] = {}

        def part(found: re.Match[str]) -> str:
            return parts.get(found[1], found[0])

        for name, piece in data["parts"].items():
            if isinstance(piece, str):
                parts[name] = _PART.sub(part, piece.rstrip("\n"))
        rules = data.get("rules")
        if not isinstance(rules, list):
            return data
        together = [
            {**rule, "pattern": _PART.sub(part, rule["pattern"])}
            if isinstance(rule, dict) and isinstance(rule.get("pattern"), str)
            else rule
            for rule in rules
        ]
        return {**data, "rules": together}


@dataclass(frozen=True, slots=True)
class Pack:
    """One file's rules, and where each stands."""

    name: str
    document: Document = field(repr=False)
    rules: tuple[Rule, ...]

    def problem(self, index: int, loc: Loc, sentence: str) -> Problem:
        """A problem with the part at ``loc`` of the rule at ``index``."""
        return self.document.problem(("rules", index, *loc), sentence)


def read_packs(
    paths: Sequence[Path], profiles: Collection[str] = (), *, compiled: Path | None = None
) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """All rules of files and directories in the order of their names, and all that is wrong with them.

    What a file says is trusted no further than its schema: ``hushgate.detection.check`` says more.
    ``profiles``: those whose packs count, or packs by their names; none: all packs. ``compiled``: a folder
    whose patterns are known to compile, which takes as long as all the rest. Fails with FIELD_INVALID where
    there is no profile of a name.
    """
    packs, problems = open_packs(paths, profiles, compiled=compiled)
    return tuple(rule for pack in packs for rule in pack.rules), problems


def open_packs(
    paths: Sequence[Path], profiles: Collection[str] = (), *, compiled: Path | None = None
) -> tuple[tuple[Pack, ...], tuple[Problem, ...]]:
    """As ``read_packs``, with the documents, so that a rule's lines can be named."""
    packs: list[Pack] = []
    problems: list[Problem] = []
    for document in _asked_for([read_yaml(file) for file in pack_files(paths)], profiles):
        problems += document.problems
        if document.data is None:
            continue
        try:
            known = compiled is not None and Path(document.file).is_relative_to(compiled)
            packs.append(_pack(document, compiled=known))
        except ValidationError as error:
            problems += problems_of(document, error)
    problems += _wrong_ids(packs)
    return tuple(packs), tuple(problems)


def pack_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files themselves, and the ``*.yaml`` of the directories, however deep, each once, in order."""
    found: dict[Path, Path] = {}
    for path in paths:
        for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
            found.setdefault(file.resolve(), file)
    return tuple(found.values())


def pack_schema() -> dict[str, Any]:
    """The JSON schema of a pack, which editors check and complete by."""
    schema = PackFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _pack(document: Document, *, compiled: bool) -> Pack:
    entry = PackFile.model_validate(document.data, context={_COMPILED: compiled})
    rules = tuple(Rule(**dict(rule), profiles=entry.profiles) for rule in entry.rules)
    return Pack(entry.pack, document, rules)


def _asked_for(documents: Sequence[Document], profiles: Collection[str]) -> Sequence[Document]:
    """The packs of these profiles, and those that belong to none: the others' rules are never read."""
    if not profiles:
        return documents
    named = [_profiles(document) for document in documents]
    known = {profile for its in named for profile in its[1:]}
    for name in profiles:
        if name not in known and name not in {its[0] for its in named if its}:
            sentence = f"profiles: there is no {name}, only {', '.join(sorted(known))}, and any pack's name"
            raise Failure(Reason.FIELD_INVALID, sentence, field="profiles")
    chosen = zip(documents, named, strict=True)
    return [document for document, its in chosen if not its or not set(profiles).isdisjoint(its)]


def _profiles(document: Document) -> list[str]:
    """A pack's own name and its profiles; empty where it says none, or nothing that can be read."""
    data = document.data if isinstance(document.data, dict) else {}
    profiles = data.get("profiles")
    return [str(data.get("pack")), *map(str, profiles)] if isinstance(profiles, list) else []


def _wrong_ids(packs: Sequence[Pack]) -> Iterator[Problem]:
    first: dict[str, Problem] = {}
    for pack in packs:
        for index, rule in enumerate(pack.rules):
            if not rule.id.startswith(f"{pack.name}."):
                yield pack.problem(index, ("id",), f"the id {rule.id} must begin with {pack.name}.")
            here = pack.problem(index, ("id",), f"the id {rule.id} is taken")
            if rule.id in first:
                there = first[rule.id]
                yield Problem(here.file, here.line, f"{here.sentence}: see {there.file}:{there.line}")
            first.setdefault(rule.id, here)
