"""Sessions in an SQLite file: shared by the workers of one machine, and there again after a crash."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hushgate.failure import Failure, Reason
from hushgate.sessions.store import Entry, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# WITHOUT ROWID would lose the order of arrival, which a reader's position is.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS session (name BLOB PRIMARY KEY, wrapped_key BLOB NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS entry (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  session BLOB NOT NULL REFERENCES session(name) ON DELETE CASCADE,
  name BLOB NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE (session, name));
CREATE INDEX IF NOT EXISTS entry_order ON entry (session, position);
"""
_PATIENCE_S = 5.0
"""How long a writer waits for another's transaction."""


class SqliteStore:
    """One connection, write-ahead log, deleted pages overwritten with zeros."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file, readable by its owner alone."""
        with _failures():
            path.touch(mode=0o600, exist_ok=True)
            self._db = sqlite3.connect(
                path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._db.executescript(_SCHEMA)

    def row(self, session: bytes) -> Row | None:
        """See ``Store.row``."""
        with _failures():
            found = self._db.execute(
                "SELECT wrapped_key, expires FROM session WHERE name = ?", (session,)
            ).fetchone()
        return Row(*found) if found else None

    def create(self, session: bytes, row: Row) -> Row:
        """See ``Store.create``."""
        with _failures():
            self._db.execute(
                "INSERT OR IGNORE INTO session VALUES (?, ?, ?)", (session, row.wrapped_key, row.expires)
            )
        there = self.row(session)
        if there is None:
            raise Failure(Reason.STORE_UNAVAILABLE, "the session ended while it was being opened")
        return there

    def read(self, session: bytes, after: int) -> tuple[int, Sequence[Entry]]:
        """See ``Store.read``."""
        with _failures():
            rows = self._db.execute(
                "SELECT position, name, sealed FROM entry WHERE session = ? AND position > ? "
                "ORDER BY position",
                (session, after),
            ).fetchall()
        return (rows[-1][0] if rows else after), [Entry(name, sealed) for _, name, sealed in rows]

    def add(self, session: bytes, entries: Sequence[Entry]) -> bool:
        """See ``Store.add``."""
        with _failures():
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(
                    "INSERT INTO entry (session, name, sealed) VALUES (?, ?, ?)",
                    [(session, entry.name, entry.sealed) for entry in entries],
                )
                self._db.execute("COMMIT")
            except sqlite3.IntegrityError:
                self._db.execute("ROLLBACK")
                return False
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        return True

    def end(self, session: bytes) -> bool:
        """See ``Store.end``. The log is emptied too, so that the file holds no copy of the key."""
        with _failures():
            ended = self._db.execute("DELETE FROM session WHERE name = ?", (session,)).rowcount > 0
            if ended:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return ended

    def close(self) -> None:
        """Closes the file."""
        self._db.close()


@contextmanager
def _failures() -> Iterator[None]:
    """SQLite's errors as STORE_UNAVAILABLE; their texts may name files, so they stay inside."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        name = type(error).__name__
        raise Failure(Reason.STORE_UNAVAILABLE, f"the session store answered {name}") from None
