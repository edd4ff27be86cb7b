"""The requests of a stream: made as they are sent, and given up as a whole where one cannot be made."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from google.protobuf.message import Message as Proto

M = TypeVar("M", bound=Proto)
X = TypeVar("X")


@dataclass(slots=True)
class Outgoing(Generic[X, M]):
    """The requests of a stream, made one by one as they are sent, from an iterable of either kind."""

    first: tuple[M, ...]
    items: Iterable[X] | AsyncIterable[X] = field(repr=False)
    request: Callable[[X], M]
    error: Exception | None = None
    """What the items, or the making of a request, raised. The stream is cancelled then, never half-closed."""

    def __iter__(self) -> Iterator[M]:
        """For the sync client."""
        try:
            yield from self.first
            for item in self.items:  # type: ignore[union-attr]  # an async iterable is a TypeError, kept below
                yield self.request(item)
        except Exception as error:
            self.error = error
            raise

    async def __aiter__(self) -> AsyncIterator[M]:
        """For the async client."""
        try:
            for request in self.first:
                yield request
            if isinstance(self.items, AsyncIterable):
                async for item in self.items:
                    yield self.request(item)
            else:
                for item in self.items:
                    yield self.request(item)
        except Exception as error:
            self.error = error
            raise
