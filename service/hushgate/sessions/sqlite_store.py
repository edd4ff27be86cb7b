"""Sessions in an SQLite file: shared by the workers of one machine, and there again after a crash."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hushgate.failure import Failure, Reason
from hushgate.reviews.sqlite import SCHEMA as REVIEWS
from hushgate.reviews.sqlite import SqliteReviews
from hushgate.sessions.store import MOST_ANSWERS, MOST_HOLDERS, Added, Exhausted, Found, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hushgate.sessions.store import Answer, Charge, Holding

_SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (only INTEGER PRIMARY KEY CHECK (only = 1), wrapped BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS state (name BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
  name BLOB PRIMARY KEY,
  life BLOB NOT NULL UNIQUE,
  wrapped_key BLOB NOT NULL,
  expires REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_expires ON session (expires);
CREATE TABLE IF NOT EXISTS entry (
  life BLOB NOT NULL REFERENCES session(life) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (life, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answer (
  arrival INTEGER PRIMARY KEY,
  life BLOB NOT NULL REFERENCES session(life) ON DELETE CASCADE,
  name BLOB NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE (life, name));
CREATE INDEX IF NOT EXISTS answer_arrival ON answer (life, arrival);
CREATE TABLE IF NOT EXISTS about (
  subject BLOB NOT NULL,
  life BLOB NOT NULL REFERENCES session(life) ON DELETE CASCADE,
  PRIMARY KEY (subject, life)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS about_life ON about (life);
CREATE TABLE IF NOT EXISTS holding (
  value BLOB NOT NULL,
  holder BLOB NOT NULL,
  life BLOB NOT NULL REFERENCES session(life) ON DELETE CASCADE,
  PRIMARY KEY (value, holder, life)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS holding_life ON holding (life);
CREATE TABLE IF NOT EXISTS common (value BLOB PRIMARY KEY, expires REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS common_expires ON common (expires);
CREATE TABLE IF NOT EXISTS mark (
  account BLOB NOT NULL,
  name BLOB NOT NULL,
  expires REAL NOT NULL,
  PRIMARY KEY (account, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS mark_expires ON mark (expires);
"""
_READ = """
SELECT s.life, s.wrapped_key, s.expires, e.sealed
FROM session s LEFT JOIN entry e ON e.life = s.life AND e.number > iif(s.life = ?, ?, 0)
WHERE s.name = ? ORDER BY e.number
"""
_OLDEST_ANSWERS = """
DELETE FROM answer WHERE life = ?1 AND arrival <= (
  SELECT arrival FROM answer WHERE life = ?1 ORDER BY arrival DESC LIMIT 1 OFFSET ?2)
"""
_HOLDERS = """
SELECT h.holder FROM holding h JOIN session s ON s.life = h.life WHERE h.value = ? AND s.expires > ?
"""
_COMMON = "INSERT INTO common VALUES (?1, ?2) ON CONFLICT DO UPDATE SET expires = max(expires, ?2)"
_PATIENCE_S = 5.0
"""How long a writer waits for another's transaction."""
_SWEPT = 500
"""Sessions that are forgotten at once when their time is over: a bound on how long a call waits for it."""


class SqliteStore:
    """One connection, write-ahead log, deleted pages overwritten with zeros. See ``Store`` for each call."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file, readable by its owner alone."""
        self._traces = False
        with _failures():
            path.touch(mode=0o600, exist_ok=True)
            self._db = sqlite3.connect(
                path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._db.executescript(_SCHEMA + REVIEWS)
        self.reviews = SqliteReviews(self._db, _failures)

    def secret(self, offered: bytes) -> bytes:
        """See ``Store.secret``."""
        there = self._one("SELECT wrapped FROM secret")
        if there is None:
            with _failures():
                self._db.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (offered,))
            there = self._one("SELECT wrapped FROM secret")
        return bytes(there[0]) if there else offered

    def replace_secret(self, old: bytes, new: bytes) -> bool:
        """See ``Store.replace_secret``."""
        return self._changed("UPDATE secret SET wrapped = ? WHERE wrapped = ?", new, old)

    def state(self, name: bytes) -> bytes | None:
        """See ``Store.state``."""
        there = self._one("SELECT sealed FROM state WHERE name = ?", name)
        return bytes(there[0]) if there else None

    def replace_state(self, name: bytes, old: bytes | None, new: bytes | None) -> bool:
        """See ``Store.replace_state``."""
        if old is None:
            if new is None:
                return self.state(name) is None
            return self._changed("INSERT OR IGNORE INTO state VALUES (?, ?)", name, new)
        if new is None:
            return self._changed("DELETE FROM state WHERE name = ? AND sealed = ?", name, old)
        return self._changed("UPDATE state SET sealed = ? WHERE name = ? AND sealed = ?", new, name, old)

    def read(self, session: bytes, life: bytes, after: int) -> Found | None:
        """See ``Store.read``."""
        with _failures():
            rows = self._db.execute(_READ, (life, after, session)).fetchall()
        if not rows:
            return None
        return Found(Row(*rows[0][:3]), [sealed for *_, sealed in rows if sealed is not None])

    def create(self, session: bytes, row: Row) -> bool:
        """See ``Store.create``."""
        return self._changed(
            "INSERT OR IGNORE INTO session VALUES (?, ?, ?, ?)",
            session, row.life, row.wrapped_key, row.expires,
        )  # fmt: skip

    def add(
        self,
        session: bytes,  # noqa: ARG002 - a life is enough
        row: Row,
        after: int,
        entry: bytes | None,
        *,
        subjects: Iterable[bytes] = (),
        answer: Answer | None = None,
        charges: Sequence[Charge] = (),
        holdings: Sequence[Holding] = (),
    ) -> Added | None:
        """See ``Store.add``."""
        try:
            with _failures(), self._transaction() as db:
                if entry is not None:
                    db.execute("INSERT INTO entry VALUES (?, ?, ?)", (row.life, after + 1, entry))
                db.executemany(
                    "INSERT OR IGNORE INTO about VALUES (?, ?)", [(subject, row.life) for subject in subjects]
                )
                if answer is not None:
                    db.execute(
                        "INSERT INTO answer (life, name, sealed) VALUES (?, ?, ?)",
                        (row.life, answer.name, answer.sealed),
                    )
                    db.execute(_OLDEST_ANSWERS, (row.life, MOST_ANSWERS))
                for holding in holdings:
                    _hold(db, row, holding)
                return Added([_make(db, charge, place) for place, charge in enumerate(charges)])
        except _Taken:
            return None

    def holders(self, values: Sequence[bytes], now: float) -> Mapping[bytes, frozenset[bytes]]:
        """See ``Store.holders``."""
        with _failures():
            found = ((v, [h for (h,) in self._db.execute(_HOLDERS, (v, now))]) for v in values)
            return {value: frozenset(holders) for value, holders in found if holders}

    def answer(self, session: bytes, life: bytes, name: bytes) -> bytes | None:  # noqa: ARG002 - as above
        """See ``Store.answer``."""
        there = self._one("SELECT sealed FROM answer WHERE life = ? AND name = ?", life, name)
        return bytes(there[0]) if there else None

    def rewrap(self, session: bytes, row: Row, wrapped_key: bytes) -> bool:
        """See ``Store.rewrap``."""
        self._traces = True
        return self._changed(
            "UPDATE session SET wrapped_key = ? WHERE name = ? AND life = ? AND wrapped_key = ?",
            wrapped_key, session, row.life, row.wrapped_key,
        )  # fmt: skip

    def end(self, session: bytes) -> bool:
        """See ``Store.end``. The log is emptied too, so that no file holds a copy of the key."""
        ended = self._changed("DELETE FROM session WHERE name = ?", session)
        if ended:
            self._wipe()
        return ended

    def of_subject(self, subject: bytes) -> Sequence[bytes]:
        """See ``Store.of_subject``."""
        with _failures():
            found = self._db.execute(
                "SELECT s.name FROM about a JOIN session s ON s.life = a.life WHERE a.subject = ?", (subject,)
            )
            return [name for (name,) in found]

    def wrapped_keys(self) -> Iterable[bytes]:
        """See ``Store.wrapped_keys``."""
        with _failures():
            found = self._db.execute("SELECT wrapped FROM secret UNION ALL SELECT wrapped_key FROM session")
            return [*(wrapped for (wrapped,) in found), *self.reviews.wrapped_keys()]

    def tend(self, now: float) -> None:
        """See ``Store.tend``."""
        # Looked for first: a deletion takes the writers' turn even where there is nothing to delete.
        if self._one("SELECT 1 FROM session WHERE expires <= ? LIMIT 1", now):
            self._traces |= self._changed(
                "DELETE FROM session WHERE name IN (SELECT name FROM session WHERE expires <= ? LIMIT ?)",
                now, _SWEPT,
            )  # fmt: skip
        if self._one("SELECT 1 FROM mark WHERE expires <= ? LIMIT 1", now):
            self._changed("DELETE FROM mark WHERE expires <= ?", now)
        if self._one("SELECT 1 FROM common WHERE expires <= ? LIMIT 1", now):
            self._changed("DELETE FROM common WHERE expires <= ?", now)
        self.reviews.tend(now)
        if self._traces:
            self._wipe()

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def _wipe(self) -> None:
        """Empties the write-ahead log, which holds pages as they were; later, if a reader is in the way."""
        with _failures():
            busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._traces = bool(busy)

    def _one(self, query: str, *values: object) -> tuple[bytes, ...] | None:
        with _failures():
            found: tuple[bytes, ...] | None = self._db.execute(query, values).fetchone()
        return found

    def _changed(self, statement: str, *values: object) -> bool:
        with _failures():
            return self._db.execute(statement, values).rowcount > 0

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; raises ``_Taken`` where a number or name is, or the session is gone."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.IntegrityError):
                raise _Taken from None
            raise


def _make(db: sqlite3.Connection, charge: Charge, place: int) -> int:
    """The charge within a transaction, and how many marks its account holds then.

    Raises Exhausted, which undoes it all.
    """
    db.execute("DELETE FROM mark WHERE account = ? AND expires <= ?", (charge.account, charge.at))
    db.executemany(
        "INSERT OR IGNORE INTO mark VALUES (?, ?, ?)",
        [(charge.account, mark, charge.expires) for mark in charge.marks],
    )
    (held,) = db.execute("SELECT count(*) FROM mark WHERE account = ?", (charge.account,)).fetchone()
    if held > charge.limit:
        raise Exhausted(place)
    if charge.clears:
        db.execute("DELETE FROM mark WHERE account = ?", (charge.account,))
    return 0 if charge.clears else int(held)


def _hold(db: sqlite3.Connection, row: Row, holding: Holding) -> None:
    """The holding within a transaction, or that its value is common."""
    value = (holding.value,)
    common = db.execute("SELECT 1 FROM common WHERE value = ?", value).fetchone()
    holders = {holder for (holder,) in db.execute("SELECT holder FROM holding WHERE value = ?", value)}
    if not common and len(holders | {holding.holder}) <= MOST_HOLDERS:
        db.execute(
            "INSERT OR IGNORE INTO holding VALUES (?, ?, ?)", (holding.value, holding.holder, row.life)
        )
        return
    db.execute("DELETE FROM holding WHERE value = ?", value)
    db.execute(_COMMON, (holding.value, row.expires))


class _Taken(Exception):  # noqa: N818 - no fault, a refusal
    """Another writer was first."""


@contextmanager
def _failures() -> Iterator[None]:
    """SQLite's errors as STORE_UNAVAILABLE; their texts may name files, so they stay inside."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        name = type(error).__name__
        raise Failure(Reason.STORE_UNAVAILABLE, f"the session store answered {name}") from None
