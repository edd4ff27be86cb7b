"""Which entries a search finds: an SQLite index beside the log, made from it and never trusted more than it.

An entry's row says where its line stands; what a search answers is read from the log. Names are numbered, so
that a row is some numbers and a walk over a million of them takes a part of a second; what few entries share
(a decision_id, a session, a request) has an index of its own.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hushgate.audit.chain import CHECKPOINT, OPENING, RETIRED
from hushgate.audit.folder import file_path, files_of, slots_of
from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

INDEX = "index.sqlite"
NAMED = (
    "rpc", "stage", "actor", "tenant", "subject", "agent", "intent", "destination", "policy_version",
    "policy_digest", "verdict", "target",
)  # fmt: skip
"""Fields of which an entry has one, and many entries the same."""
RARE = ("decision_id", "session", "request")
"""Fields of which an entry has one, and few entries the same."""
SETS = ("reasons", "entities", "fields", "decided_by")
"""Fields of which an entry has several: reasons, entities and what decided by name, fields by path."""
SEARCHED = (*NAMED, *RARE, *SETS)
_VERSION = 2
_SCHEMA = f"""
    CREATE TABLE IF NOT EXISTS read (slot INT, file INT, size INT, PRIMARY KEY (slot, file)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS name (id INTEGER PRIMARY KEY, kind TEXT, text TEXT, UNIQUE (kind, text));
    CREATE TABLE IF NOT EXISTS entry (
        at TEXT, slot INT, sequence INT, file INT, start INT, size INT,
        {", ".join(f"{name} TEXT" for name in RARE)}, {", ".join(f"{name} INT" for name in (*NAMED, *SETS))},
        PRIMARY KEY (at, slot, sequence)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS by_decision_id ON entry (decision_id);
    CREATE INDEX IF NOT EXISTS by_session ON entry (session);
    CREATE INDEX IF NOT EXISTS by_request ON entry (request);
    PRAGMA user_version = {_VERSION};
"""
_COLUMNS = ("at", "slot", "sequence", "file", "start", "size", *RARE, *NAMED, *SETS)
_INSERT = f"INSERT OR REPLACE INTO entry ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_CHUNK = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """Which entries are asked for. What is empty leaves all."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By field, one of ``SEARCHED``: any of these."""
    since: str = ""
    """At or after this time, as the log writes it."""
    until: str = ""
    """Before this time."""


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, and what asks for the rest."""

    entries: Sequence[Mapping[str, Any]]
    """As the log says them, each with its ``chain``."""
    next_token: str


class Index:
    """The index of one log. Several processes may use it, one thread in each at a time."""

    def __init__(self, folder: Path) -> None:
        """Opens it; makes it where there is none, or one of another version. Fails with AUDIT_UNAVAILABLE."""
        self._folder = folder
        self._names: dict[tuple[str, str], int] = {}
        with _available():
            self._db = sqlite3.connect(
                folder / INDEX, isolation_level=None, timeout=30, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            if self._db.execute("PRAGMA user_version").fetchone()[0] not in {0, _VERSION}:
                self._drop()
            self._db.executescript(_SCHEMA)

    def rebuild(self) -> int:
        """Forgets all and reads the log anew. How many entries there are."""
        with _available():
            self._drop()
            self._db.executescript(_SCHEMA)
        self.update()
        count: int = self._db.execute("SELECT count(*) FROM entry").fetchone()[0]
        return count

    def update(self) -> None:
        """Reads what has been written since. Fails with AUDIT_UNAVAILABLE."""
        with _available():
            for slot in slots_of(self._folder):
                for number, path in files_of(self._folder, slot).items():
                    while self._read_on(slot, number, path):
                        pass
            self._forget()

    def search(self, question: Question, *, page_size: int = 100, token: str = "") -> Page:
        """The newest entries, or those behind ``token``. Fails with FIELD_INVALID or AUDIT_UNAVAILABLE."""
        where, given = _conditions(question)
        if token:
            where.append("(at, slot, sequence) < (?, ?, ?)")
            given += _place(token)
        sql = "SELECT at, slot, sequence, file, start, size FROM entry"
        sql += f" WHERE {' AND '.join(where)}" if where else ""
        sql += " ORDER BY at DESC, slot DESC, sequence DESC LIMIT ?"
        with _available():
            rows = self._db.execute(sql, (*given, page_size + 1)).fetchall()
            found = [self._line(*row[1:]) for row in rows[:page_size]]
        more = len(rows) > page_size
        return Page(
            [each for each in found if each is not None], _token(rows[page_size - 1][:3]) if more else ""
        )

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    def _read_on(self, slot: int, number: int, path: Path) -> bool:
        """One chunk of a file; whether there was one."""
        known = self._db.execute(
            "SELECT size FROM read WHERE slot = ? AND file = ?", (slot, number)
        ).fetchone()
        if known is not None and known[0] >= path.stat().st_size:
            return False
        self._db.execute("BEGIN IMMEDIATE")
        try:
            start = self._already(slot, number)
            with path.open("rb") as stream:
                stream.seek(start)
                data = stream.read(_CHUNK)
                whole = data[: data.rfind(b"\n") + 1]
            self._db.executemany(_INSERT, self._rows(whole, slot, number, start))
            self._db.execute(
                "INSERT OR REPLACE INTO read VALUES (?, ?, ?)", (slot, number, start + len(whole))
            )
            self._db.execute("COMMIT")
        except BaseException:
            self._names.clear()
            self._db.execute("ROLLBACK")
            raise
        return bool(whole)

    def _already(self, slot: int, number: int) -> int:
        """How many bytes of a file have been read."""
        sql = "SELECT size FROM read WHERE slot = ? AND file = ?"
        known = self._db.execute(sql, (slot, number)).fetchone()
        return int(known[0]) if known else 0

    def _rows(self, data: bytes, slot: int, number: int, start: int) -> Iterator[tuple[Any, ...]]:
        for line in data.split(b"\n")[:-1]:
            size = len(line)
            if not line.startswith((CHECKPOINT, OPENING, RETIRED)):
                try:
                    said = json.loads(line)
                    yield (
                        said["at"], slot, said["sequence"], number, start, size,
                        *(said.get(name) for name in RARE),
                        *(self._name(name, said[name]) if name in said else None for name in NAMED),
                        *(self._name(n, _set(n, said[n])) if n in said else None for n in SETS),
                    )  # fmt: skip
                except (ValueError, KeyError, TypeError, AttributeError):
                    pass  # somebody has edited it: ``verify`` says so
            start += size + 1

    def _name(self, kind: str, text: str) -> int:
        known = self._names.get((kind, text))
        if known is None:
            self._db.execute("INSERT OR IGNORE INTO name (kind, text) VALUES (?, ?)", (kind, text))
            row = self._db.execute("SELECT id FROM name WHERE kind = ? AND text = ?", (kind, text)).fetchone()
            known = self._names[kind, text] = int(row[0])
        return known

    def _forget(self) -> None:
        """Entries of files that are gone."""
        read = self._db.execute("SELECT slot, file FROM read").fetchall()
        for slot, number in read:
            if not file_path(self._folder, slot, number).exists():
                self._db.execute("DELETE FROM entry WHERE slot = ? AND file = ?", (slot, number))
                self._db.execute("DELETE FROM read WHERE slot = ? AND file = ?", (slot, number))

    def _line(self, slot: int, sequence: int, number: int, start: int, size: int) -> dict[str, Any] | None:
        """What stands in the log there; None if it is not this entry any more."""
        try:
            with file_path(self._folder, slot, number).open("rb") as stream:
                stream.seek(start)
                said: dict[str, Any] = json.loads(stream.read(size))
        except (OSError, ValueError):
            return None
        return {**said, "chain": slot} if said.get("sequence") == sequence else None

    def _drop(self) -> None:
        self._names.clear()
        self._db.executescript(
            "DROP TABLE IF EXISTS entry; DROP TABLE IF EXISTS name; DROP TABLE IF EXISTS read;"
        )


def _set(name: str, said: Mapping[str, Any]) -> str:
    """Names of a set as one text, each between spaces that no name has."""
    names = {path for paths in said.values() for path in paths} if name == "fields" else said
    return f"\n{chr(10).join(sorted(names))}\n"


def _conditions(question: Question) -> tuple[list[str], list[str | int]]:
    where: list[str] = []
    given: list[str | int] = []
    for name, values in question.values.items():
        if name not in SEARCHED:
            raise Failure(Reason.FIELD_INVALID, f"there is no field {name} to search by", field="where")
        marks = ", ".join("?" * len(values))
        if name in RARE:
            where.append(f"{name} IN ({marks})")
            given += values
        elif name in NAMED:
            # The plus keeps SQLite from looking for an index that is not there.
            where.append(f"{name} IN (SELECT id FROM name WHERE kind = ? AND text IN ({marks}))")  # noqa: S608
            given += [name, *values]
        else:
            any_of = " OR ".join(["instr(text, ?)"] * len(values))
            where.append(f"{name} IN (SELECT id FROM name WHERE kind = ? AND ({any_of}))")  # noqa: S608
            given += [name, *(f"\n{value}\n" for value in values)]
    for sign, time in ((">=", question.since), ("<", question.until)):
        if time:
            where.append(f"at {sign} ?")
            given.append(time)
    return where, given


def _token(place: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(place)).encode()).decode()


def _place(token: str) -> list[str | int]:
    try:
        at, slot, sequence = json.loads(base64.urlsafe_b64decode(token))
        return [str(at), int(slot), int(sequence)]
    except (ValueError, TypeError):
        pass
    raise Failure(Reason.FIELD_INVALID, "page_token is none that a search has answered", field="page_token")


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        what = getattr(error, "strerror", None) or type(error).__name__
        raise Failure(Reason.AUDIT_UNAVAILABLE, f"the audit log cannot be searched: {what}") from None
