"""What a YAML file says and on which line: the one way in for packs and policies.

Scalars are read by YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema), so that the country
``no`` is not false, ``0123`` keeps its zero and ``2026-11-21`` is text. Keys are always text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pydantic import ValidationError

Loc: TypeAlias = tuple[int | str, ...]
"""Keys and indices from the top of a document down to a node."""

Data: TypeAlias = dict[str, "Data"] | list["Data"] | str | int | float | bool | None


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file; ``str()`` is ``file:line: sentence``, lines count from 1."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content as plain dicts, lists and scalars, and where each part stands."""

    file: str
    data: Any = field(repr=False)
    """None when the file could not be read; ``problems`` then says why."""
    problems: tuple[Problem, ...]
    """Syntax errors, duplicate keys, tags and aliases that a pack or policy has no use for."""
    _lines: dict[Loc, int] = field(repr=False)

    def line(self, loc: Loc) -> int:
        """The 1-based line of the node at ``loc`` (a key's own line), or of its nearest parent."""
        while loc and loc not in self._lines:
            loc = loc[:-1]
        return self._lines.get(loc, 1)

    def problem(self, loc: Loc, sentence: str) -> Problem:
        """A problem with the node at ``loc``."""
        return Problem(self.file, self.line(loc), sentence)


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Composes nodes with the core schema's resolvers alone: no dates, no base 60, no ``yes`` and ``no``."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own hook


_PREFIX = "tag:yaml.org,2002:"
_Loader.add_implicit_resolver(f"{_PREFIX}null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(
    f"{_PREFIX}bool", re.compile(r"^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(f"{_PREFIX}int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    f"{_PREFIX}float",
    re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*|(?=[eE])))(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)

_SCALARS: dict[str, Callable[[str], Data]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": int,
    "float": float,
    "str": str,
}

_MAX_DEPTH = 50


def read_yaml(path: Path) -> Document:
    """Read one file. Never raises for what the file says: see ``Document.problems``."""
    file = str(path)
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=_Loader)
    except OSError as error:
        return Document(file, None, (Problem(file, 1, f"cannot be read: {error.strerror}"),), {})
    except UnicodeDecodeError:
        return Document(file, None, (Problem(file, 1, "is not UTF-8 text"),), {})
    except (yaml.YAMLError, RecursionError) as error:
        return Document(file, None, (_syntax(file, error),), {})
    if root is None:
        return Document(file, None, (Problem(file, 1, "is empty"),), {})
    reading = _Reading(file, [], {})
    data = reading.value(root, ())
    return Document(file, data, tuple(reading.problems), reading.lines)


def problems_of(document: Document, error: ValidationError) -> list[Problem]:
    """What a schema found wrong, as sentences that name the field and hold no value of the file."""
    found = [
        document.problem(each["loc"], _sentence(each["loc"], each["type"], each["msg"]))
        for each in error.errors(include_url=False, include_input=False)
    ]
    return sorted(dict.fromkeys(found))


@dataclass(slots=True)
class _Reading:
    """One walk over the nodes: data out, lines and problems gathered on the way."""

    file: str
    problems: list[Problem]
    lines: dict[Loc, int]
    nodes: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node, loc: Loc) -> Data:
        self.lines.setdefault(loc, _line(node))
        if id(node) in self.nodes:  # an alias is the very node that it names; a few can unfold to gigabytes
            self.problems.append(
                Problem(self.file, self.lines[loc], "has an alias; write what it stands for")
            )
            return None
        if len(loc) > _MAX_DEPTH:
            return self.refuse(node, f"is nested deeper than {_MAX_DEPTH} levels")
        self.nodes.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return dict(self.entries(node, loc))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*loc, index)) for index, child in enumerate(node.value)]
        return self.scalar(node)

    def scalar(self, node: yaml.Node) -> Data:
        read = _SCALARS.get(node.tag.removeprefix(_PREFIX))
        if read is None:
            return self.refuse(node, "has a tag that is not read here; write plain text or a number")
        try:
            return read(node.value)
        except ValueError:
            return self.refuse(node, "has a tag that its text does not fit")

    def entries(self, node: yaml.MappingNode, loc: Loc) -> Iterator[tuple[str, Data]]:
        seen: set[str] = set()
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.refuse(key, "has a key that is not plain text")
                continue
            name = str(key.value)
            if name in seen:
                self.refuse(key, f"the key {name} stands here a second time")
                continue
            seen.add(name)
            self.lines[(*loc, name)] = _line(key)
            yield name, self.value(child, (*loc, name))

    def refuse(self, node: yaml.Node, sentence: str) -> Data:
        self.problems.append(Problem(self.file, _line(node), sentence))
        return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax(file: str, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    cause = getattr(error, "problem", None) or "nested too deep, or characters that YAML does not allow"
    return Problem(file, mark.line + 1 if mark else 1, f"is not YAML: {cause}")


_KINDS = {
    "model_type": "keys with values",
    "dict_type": "keys with values",
    "list_type": "a list",
    "tuple_type": "a list",
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
}
"""What pydantic's errors of a wrong type ask for, in YAML's words."""


def _sentence(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    where = ".".join(str(part) for part in loc) or "the file"
    if kind == "missing":
        return f"{where} is required"
    if kind == "extra_forbidden":
        return f"{where} is not a key that is known here"
    if kind in _KINDS:
        return f"{where} must be {_KINDS[kind]}"
    plain = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    plain = plain.replace("Input should be", "must be", 1).replace("Input should have", "must have", 1)
    return f"{where} {plain}" if plain.startswith("must") else f"{where}: {plain}"
