"""Sessions in Redis or Valkey: shared by the replicas of a service.

A session is one hash, so that it comes, ends and expires as a whole: its row, its entries by number and
its answers. Each change is one script, which Redis runs alone.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hushgate.failure import Failure, Reason
from hushgate.reviews.redis import RedisReviews
from hushgate.sessions import redis_scripts as scripts
from hushgate.sessions.store import MOST_ANSWERS, MOST_HOLDERS, Added, Exhausted, Found, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hushgate.sessions.store import Answer, Charge, Holding

_PREFIX = b"hushgate:"
_SECRET = _PREFIX + b"secret"
_SESSION = _PREFIX + b"session:"
_STATE = _PREFIX + b"state:"
_SUBJECT = _PREFIX + b"subject:"
_ACCOUNT = _PREFIX + b"account:"
_VALUE = _PREFIX + b"value:"
"""Who holds a value: a sorted set of holder and session, by when the session is over. A value that is common
has one member, which is empty."""
_HELD = b"held:"
"""A session's fields that say, by value, who holds it there: without these, a value's key says nothing."""

_LONGER_MS = 60_000
"""How much longer an account is kept than its marks count, since clocks differ."""
_SECONDS = 2.0
"""How long Redis may take to answer, or to be reached, before it counts as away."""


class RedisStore:
    """A connection pool to one Redis or Valkey, of version 6 or later. See ``Store`` for each call."""

    def __init__(self, url: str) -> None:
        """``url``: ``redis://``, ``rediss://`` (TLS) or ``unix://``, as the client reads it."""
        try:
            import redis  # noqa: PLC0415 - an extra
            from redis.backoff import NoBackoff  # noqa: PLC0415
            from redis.retry import Retry  # noqa: PLC0415
        except ImportError:
            sentence = "a store in Redis needs the redis package: install hushgate[redis]"
            raise Failure(Reason.FIELD_INVALID, sentence, field="store") from None
        self._errors = (redis.RedisError, OSError)
        try:
            self._redis = redis.Redis.from_url(
                url,
                socket_timeout=_SECONDS,
                socket_connect_timeout=_SECONDS,
                # Once: a connection that Redis closed while it lay idle is found out by using it.
                retry=Retry(NoBackoff(), 1),
            )
        except ValueError:
            raise Failure(Reason.FIELD_INVALID, "store is no URL of a Redis", field="store") from None
        self._scripts: dict[str, Any] = {}
        self.reviews = RedisReviews(self._redis, self._failures)
        with self._failures():
            self._redis.ping()

    def secret(self, offered: bytes) -> bytes:
        """See ``Store.secret``."""
        with self._failures():
            self._redis.set(_SECRET, offered, nx=True)
            there: Any = self._redis.get(_SECRET)
        return bytes(there or offered)

    def replace_secret(self, old: bytes, new: bytes) -> bool:
        """See ``Store.replace_secret``."""
        return bool(self._run(scripts.REPLACE, _SECRET, old, new))

    def state(self, name: bytes) -> bytes | None:
        """See ``Store.state``."""
        with self._failures():
            there: Any = self._redis.get(_STATE + name)
        return None if there is None else bytes(there)

    def replace_state(self, name: bytes, old: bytes | None, new: bytes | None) -> bool:
        """See ``Store.replace_state``."""
        return bool(self._run(scripts.REPLACE, _STATE + name, old or b"", new or b""))

    def read(self, session: bytes, life: bytes, after: int) -> Found | None:
        """See ``Store.read``."""
        found = self._run(scripts.READ, _SESSION + session, life, after)
        if not found:
            return None
        its_life, wrapped, expires, *entries = found
        return Found(Row(its_life, wrapped, float(expires)), entries)

    def create(self, session: bytes, row: Row) -> bool:
        """See ``Store.create``."""
        until = round(row.expires * 1000)
        return bool(
            self._run(scripts.CREATE, _SESSION + session, row.life, row.wrapped_key, repr(row.expires), until)
        )

    def add(
        self,
        session: bytes,
        row: Row,
        after: int,
        entry: bytes | None,
        *,
        subjects: Iterable[bytes] = (),
        answer: Answer | None = None,
        charges: Sequence[Charge] = (),
        holdings: Sequence[Holding] = (),
    ) -> Added | None:
        """See ``Store.add``. Subjects come first: one too many does no harm, one too few would."""
        for subject in subjects:
            with self._failures():
                left: Any = self._redis.pttl(_SESSION + session)
            if left > 0:
                self._run(scripts.ABOUT, _SUBJECT + subject, session, left)
        name, sealed = (answer.name, answer.sealed) if answer else (b"", b"")
        keys = [_SESSION + session, *(_ACCOUNT + charge.account for charge in charges)]
        keys += [_VALUE + holding.value for holding in holdings]
        values = [value for charge in charges for value in _written(charge)]
        values += [part for h in holdings for part in (h.value, h.holder, h.holder + session)]
        limits = (MOST_ANSWERS, len(charges), MOST_HOLDERS, repr(row.expires))
        done, *held = self._run(
            scripts.ADD, keys, row.life, after, entry or b"", name, sealed, *limits, *values
        )
        if done < 0:
            raise Exhausted(-done - 1)
        return Added(held) if done else None

    def answer(self, session: bytes, life: bytes, name: bytes) -> bytes | None:
        """See ``Store.answer``."""
        found = self._run(scripts.ANSWER, _SESSION + session, life, name)
        return bytes(found) if found else None

    def rewrap(self, session: bytes, row: Row, wrapped_key: bytes) -> bool:
        """See ``Store.rewrap``."""
        return bool(self._run(scripts.REWRAP, _SESSION + session, row.life, row.wrapped_key, wrapped_key))

    def end(self, session: bytes) -> bool:
        """See ``Store.end``."""
        ended, held = self._run(scripts.END, _SESSION + session)
        with self._failures(), self._redis.pipeline(transaction=False) as pipe:
            for value, holder in zip(held[::2], held[1::2], strict=True):
                pipe.zrem(_VALUE + value, holder + session)
            pipe.execute()
        return bool(ended)

    def holders(self, values: Sequence[bytes], now: float) -> Mapping[bytes, frozenset[bytes]]:
        """See ``Store.holders``. What a value's key says counts where the session's own says it, too."""
        with self._failures(), self._redis.pipeline(transaction=False) as pipe:
            for value in values:
                pipe.zrangebyscore(_VALUE + value, f"({now!r}", "+inf")
            said = [
                (value, member[:32], member[32:])
                for value, members in zip(values, pipe.execute(), strict=True)
                for member in members
                if member
            ]
            for value, _, session in said:
                pipe.hget(_SESSION + session, _HELD + value)
            found: dict[bytes, set[bytes]] = {}
            for (value, holder, _), held in zip(said, pipe.execute(), strict=True):
                if held == holder:
                    found.setdefault(value, set()).add(holder)
        return {value: frozenset(holders) for value, holders in found.items()}

    def of_subject(self, subject: bytes) -> Sequence[bytes]:
        """See ``Store.of_subject``."""
        with self._failures():
            found: Any = self._redis.smembers(_SUBJECT + subject)
        return tuple(found)

    def wrapped_keys(self) -> Iterable[bytes]:
        """See ``Store.wrapped_keys``."""
        with self._failures():
            secret: Any = self._redis.get(_SECRET)
            if secret:
                yield bytes(secret)
            for name in self._redis.scan_iter(_SESSION + b"*", count=1000):
                wrapped: Any = self._redis.hget(name, "key")
                if wrapped:
                    yield bytes(wrapped)
        yield from self.reviews.wrapped_keys()

    def tend(self, now: float) -> None:  # noqa: ARG002 - Redis forgets by itself
        """See ``Store.tend``. Redis forgets by itself; this asks whether it is there."""
        with self._failures():
            self._redis.ping()

    def close(self) -> None:
        """Closes all connections."""
        self._redis.close()

    def _run(self, script: str, keys: bytes | list[bytes], *values: bytes | float | str) -> Any:  # noqa: ANN401 - Redis's own types
        """What the script answers; it is sent whole only where Redis does not know it yet."""
        if script not in self._scripts:
            self._scripts[script] = self._redis.register_script(script)
        with self._failures():
            return self._scripts[script](keys=[keys] if isinstance(keys, bytes) else keys, args=values)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Redis's errors as STORE_UNAVAILABLE; their texts may hold addresses, so they stay inside."""
        try:
            yield
        except self._errors as error:
            name = type(error).__name__
            raise Failure(Reason.STORE_UNAVAILABLE, f"the session store answered {name}") from None


def _written(charge: Charge) -> Iterator[bytes | float | str]:
    """As the script reads it."""
    yield charge.limit
    yield repr(charge.at)
    yield repr(charge.expires)
    yield round(charge.expires * 1000) + _LONGER_MS
    yield int(charge.clears)
    yield len(charge.marks)
    yield from charge.marks
