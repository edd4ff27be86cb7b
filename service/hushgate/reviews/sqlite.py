"""Reviews in the SQLite file of the sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate.reviews.store import Row, Waits

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

SCHEMA = """
CREATE TABLE IF NOT EXISTS review (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  name BLOB NOT NULL UNIQUE,
  tenant BLOB NOT NULL,
  whose BLOB NOT NULL,
  wrapped_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  expires REAL NOT NULL,
  waiting INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS review_tenant ON review (tenant, waiting, arrival);
CREATE INDEX IF NOT EXISTS review_expires ON review (expires);
CREATE TABLE IF NOT EXISTS review_tag (
  tag BLOB NOT NULL,
  name BLOB NOT NULL REFERENCES review(name) ON DELETE CASCADE,
  PRIMARY KEY (tag, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS review_tag_name ON review_tag (name);
"""
_COLUMNS = "name, tenant, whose, wrapped_key, sealed, expires, waiting, arrival"
_ADD = """
INSERT OR IGNORE INTO review (name, tenant, whose, wrapped_key, sealed, expires, waiting)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
WHERE (SELECT count(*) FROM review WHERE tenant = ?2 AND waiting = ?7) < ?8
"""
_WAITING = f"""
SELECT {_COLUMNS} FROM review
WHERE waiting = ?4 AND arrival > ?2 AND (?1 IS NULL OR tenant = ?1) ORDER BY arrival LIMIT ?3
"""  # noqa: S608 - no value of a caller's
_REPLACE = """
UPDATE review SET wrapped_key = ?, sealed = ?, expires = ?, waiting = ? WHERE name = ? AND sealed = ?
"""


class SqliteReviews:
    """See ``ReviewStore`` for what each call does."""

    def __init__(self, db: sqlite3.Connection, failures: Callable[[], AbstractContextManager[None]]) -> None:
        """``failures``: turns SQLite's errors into STORE_UNAVAILABLE."""
        self._db = db
        self._failures = failures

    def add(self, row: Row, tags: Iterable[bytes], most: int) -> bool:
        """See ``ReviewStore.add``."""
        values = (row.name, row.tenant, row.whose, row.wrapped_key, row.sealed, row.expires, row.waits)
        with self._failures():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                added = self._db.execute(_ADD, (*values, most)).rowcount > 0
                if added:
                    tagged = [(tag, row.name) for tag in tags]
                    self._db.executemany("INSERT OR IGNORE INTO review_tag VALUES (?, ?)", tagged)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        return added or self.find(row.name) is not None

    def waiting(self, waits: Waits, tenant: bytes | None, after: int, count: int) -> Sequence[Row]:
        """See ``ReviewStore.waiting``."""
        with self._failures():
            return [_row(found) for found in self._db.execute(_WAITING, (tenant, after, count, waits))]

    def count(self, waits: Waits) -> int:
        """See ``ReviewStore.count``."""
        with self._failures():
            (count,) = self._db.execute("SELECT count(*) FROM review WHERE waiting = ?", (waits,)).fetchone()
        return int(count)

    def find(self, name: bytes) -> Row | None:
        """See ``ReviewStore.find``."""
        with self._failures():
            query = f"SELECT {_COLUMNS} FROM review WHERE name = ?"  # noqa: S608 - as above
            found = self._db.execute(query, (name,)).fetchone()
        return _row(found) if found else None

    def replace(self, old: Row, new: Row) -> bool:
        """See ``ReviewStore.replace``."""
        values = (new.wrapped_key, new.sealed, new.expires, new.waits, old.name, old.sealed)
        with self._failures():
            return self._db.execute(_REPLACE, values).rowcount > 0

    def forget(self, tag: bytes) -> int:
        """See ``ReviewStore.forget``."""
        with self._failures():
            if self._db.execute("SELECT 1 FROM review_tag WHERE tag = ? LIMIT 1", (tag,)).fetchone() is None:
                return 0  # a deletion would take the writers' turn
            return self._db.execute(
                "DELETE FROM review WHERE name IN (SELECT name FROM review_tag WHERE tag = ?)", (tag,)
            ).rowcount

    def wrapped_keys(self) -> Iterable[bytes]:
        """See ``ReviewStore.wrapped_keys``."""
        with self._failures():
            return [wrapped for (wrapped,) in self._db.execute("SELECT wrapped_key FROM review")]

    def tend(self, now: float) -> None:
        """See ``ReviewStore.tend``."""
        with self._failures():
            if self._db.execute("SELECT 1 FROM review WHERE expires <= ? LIMIT 1", (now,)).fetchone():
                self._db.execute("DELETE FROM review WHERE expires <= ?", (now,))


def _row(found: tuple[bytes, bytes, bytes, bytes, bytes, float, int, int]) -> Row:
    return Row(*found[:6], Waits(found[6]), found[7])
