"""Reviews in Redis or Valkey: a hash each, which expires by itself, and who waits in sorted sets."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from hushgate.reviews.store import Row, Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

_REVIEW = b"hushgate:review:"
_ALL = {Waits.DECISION: b"hushgate:reviews", Waits.LABEL: b"hushgate:samples"}
_OF_TENANT = {Waits.DECISION: b"hushgate:reviews-of:", Waits.LABEL: b"hushgate:samples-of:"}
_UNTIL = {Waits.DECISION: b"hushgate:reviews-until", Waits.LABEL: b"hushgate:samples-until"}
_TAGGED = b"hushgate:reviews-tagged:"
_ARRIVALS = b"hushgate:reviews-arrived"

# Who waits of a tenant is counted by a set that may still name what has expired; then it is gone through.
_ADD = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
local most = tonumber(ARGV[8])
if redis.call('ZCARD', KEYS[3]) >= most then
  for _, name in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
    if redis.call('EXISTS', ARGV[9] .. name) == 0 then
      for queue = 2, 4 do redis.call('ZREM', KEYS[queue], name) end
    end
  end
  if redis.call('ZCARD', KEYS[3]) >= most then return 0 end
end
local arrival = redis.call('INCR', KEYS[5])
redis.call('HSET', KEYS[1], 'tenant', ARGV[2], 'whose', ARGV[3], 'key', ARGV[4], 'sealed', ARGV[5],
           'expires', ARGV[6], 'waiting', ARGV[10], 'arrival', arrival)
redis.call('PEXPIREAT', KEYS[1], ARGV[7])
if ARGV[10] ~= '0' then
  redis.call('ZADD', KEYS[2], arrival, ARGV[1])
  redis.call('ZADD', KEYS[3], arrival, ARGV[1])
  redis.call('ZADD', KEYS[4], ARGV[7], ARGV[1])
end
return 1
"""
_TAG = """
redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
"""
_REPLACE = """
if redis.call('HGET', KEYS[1], 'sealed') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'key', ARGV[3], 'sealed', ARGV[4], 'expires', ARGV[5], 'waiting', ARGV[7])
redis.call('PEXPIREAT', KEYS[1], ARGV[6])
if ARGV[7] == '0' then
  for queue = 2, 4 do redis.call('ZREM', KEYS[queue], ARGV[1]) end
else
  redis.call('ZADD', KEYS[4], 'XX', ARGV[6], ARGV[1])
end
return 1
"""
_FORGET = """
local forgotten = 0
for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local review = ARGV[1] .. name
  local tenant = redis.call('HGET', review, 'tenant')
  if tenant then
    for queue = 2, #ARGV do redis.call('ZREM', ARGV[queue] .. tenant, name) end
    for queue = 2, #KEYS do redis.call('ZREM', KEYS[queue], name) end
    forgotten = forgotten + redis.call('DEL', review)
  end
end
redis.call('DEL', KEYS[1])
return forgotten
"""

_COUNT = """
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, 1000)) do
  for queue = 1, 2 do redis.call('ZREM', KEYS[queue], name) end
end
return redis.call('ZCOUNT', KEYS[2], '(' .. ARGV[1], '+inf')
"""


class RedisReviews:
    """See ``ReviewStore`` for what each call does."""

    def __init__(
        self,
        redis: Any,  # noqa: ANN401 - the client is an extra
        failures: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """``failures``: turns Redis's errors into STORE_UNAVAILABLE."""
        self._redis = redis
        self._failures = failures
        scripts = {"add": _ADD, "tag": _TAG, "replace": _REPLACE, "forget": _FORGET, "count": _COUNT}
        self._scripts = {name: redis.register_script(script) for name, script in scripts.items()}

    def add(self, row: Row, tags: Iterable[bytes], most: int) -> bool:
        """See ``ReviewStore.add``. Tags come first: one too many does no harm, one too few would."""
        until = round(row.expires * 1000)
        left = max(1, until - round(time.time() * 1000))
        for tag in tags:
            self._run("tag", [_TAGGED + tag], row.name, left)
        return bool(
            self._run(
                "add", [_REVIEW + row.name, *_queues(row), _ARRIVALS],
                row.name, row.tenant, row.whose, row.wrapped_key, row.sealed,
                repr(row.expires), until, most, _REVIEW, int(row.waits),
            )
        )  # fmt: skip

    def waiting(self, waits: Waits, tenant: bytes | None, after: int, count: int) -> Sequence[Row]:
        """See ``ReviewStore.waiting``."""
        queue = _ALL[waits] if tenant is None else _OF_TENANT[waits] + tenant
        rows: list[Row] = []
        while len(rows) < count:
            with self._failures():
                named = self._redis.zrange(
                    queue, f"({after}", "+inf", byscore=True, offset=0, num=count - len(rows), withscores=True
                )
            if not named:
                break
            for name, arrival in named:
                row, after = self.find(name), int(arrival)
                if row is not None:
                    rows.append(row)
        return rows

    def count(self, waits: Waits) -> int:
        """See ``ReviewStore.count``. What is over is not counted."""
        return int(self._run("count", [_ALL[waits], _UNTIL[waits]], round(time.time() * 1000)))

    def find(self, name: bytes) -> Row | None:
        """See ``ReviewStore.find``."""
        fields = ("tenant", "whose", "key", "sealed", "expires", "waiting", "arrival")
        with self._failures():
            tenant, whose, key, sealed, expires, waiting, arrival = self._redis.hmget(_REVIEW + name, fields)
        if tenant is None:
            return None
        return Row(name, tenant, whose, key, sealed, float(expires), Waits(int(waiting)), int(arrival))

    def replace(self, old: Row, new: Row) -> bool:
        """See ``ReviewStore.replace``."""
        return bool(
            self._run(
                "replace", [_REVIEW + old.name, *_queues(old)],
                old.name, old.sealed, new.wrapped_key, new.sealed,
                repr(new.expires), round(new.expires * 1000), int(new.waits),
            )
        )  # fmt: skip

    def forget(self, tag: bytes) -> int:
        """See ``ReviewStore.forget``."""
        queues = [*_ALL.values(), *_UNTIL.values()]
        return int(self._run("forget", [_TAGGED + tag, *queues], _REVIEW, *_OF_TENANT.values()))

    def wrapped_keys(self) -> Iterable[bytes]:
        """See ``ReviewStore.wrapped_keys``."""
        with self._failures():
            for name in self._redis.scan_iter(_REVIEW + b"*", count=1000):
                if wrapped := self._redis.hget(name, "key"):
                    yield bytes(wrapped)

    def tend(self, now: float) -> None:
        """See ``ReviewStore.tend``. Redis forgets by itself."""

    def _run(self, script: str, keys: list[bytes], *values: bytes | int | str) -> Any:  # noqa: ANN401 - its types
        with self._failures():
            return self._scripts[script](keys=keys, args=values)


def _queues(row: Row) -> list[bytes]:
    """Where the row waits, or waited: among all, among its tenant's, and by when it is over."""
    waits = row.waits or Waits.DECISION
    return [_ALL[waits], _OF_TENANT[waits] + row.tenant, _UNTIL[waits]]
