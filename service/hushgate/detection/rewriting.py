"""What a view is: a text rewritten piece by piece, and where each of its characters comes from."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Change:
    """``[start, end)`` of a text reads ``text`` in its stead, which may be empty."""

    start: int
    end: int
    text: str = field(repr=False)


def said_together(pieces: Iterable[tuple[int, int, str]]) -> Iterator[Change]:
    """Each piece, ``(start, end, said)`` in order, as what it says, and nothing between them."""
    behind: int | None = None
    for start, end, said in pieces:
        if behind is not None and behind < start:
            yield Change(behind, start, "")
        yield Change(start, end, said)
        behind = end


@dataclass(frozen=True, slots=True)
class View:
    """A text with a disguise undone. Its character ``i`` stands for ``[starts[i], ends[i])`` of the text."""

    name: str
    text: str = field(repr=False)
    starts: Sequence[int] = field(repr=False)
    ends: Sequence[int] = field(repr=False)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original, the whole disguise, that ``[start, end)`` of the view comes from."""
        return min(self.starts[start:end]), max(self.ends[start:end])


def rewritten(name: str, source: View, changes: Iterable[Change]) -> View | None:
    """The view that has ``changes`` made to ``source``: in order, apart. None when they change nothing."""
    texts: list[str] = []
    starts, ends = array("I"), array("I")
    done = 0
    for change in changes:
        start, end = change.start, change.end
        if source.text[start:end] == change.text:
            continue
        texts += source.text[done:start], change.text
        starts.extend(source.starts[done:start])
        ends.extend(source.ends[done:start])
        if change.text:
            first, last = source.origin(start, end)
            starts.extend([first] * len(change.text))
            ends.extend([last] * len(change.text))
        done = end
    if not texts:
        return None
    texts.append(source.text[done:])
    starts.extend(source.starts[done:])
    ends.extend(source.ends[done:])
    return View(name, "".join(texts), starts, ends)


def plain(text: str) -> View:
    """The text as it stands."""
    length = len(text)
    return View("plain", text, range(length), range(1, length + 1))


def reversed_in_place(name: str, source: View, spans: Iterable[tuple[int, int]]) -> View | None:
    """The view in which each of ``spans`` (in order, apart) runs backwards. None when there are none."""
    texts: list[str] = []
    starts, ends = array("I"), array("I")
    done = 0
    for start, end in spans:
        texts += source.text[done:start], source.text[start:end][::-1]
        for offsets, of_source in ((starts, source.starts), (ends, source.ends)):
            offsets.extend(of_source[done:start])
            offsets.extend(of_source[start:end][::-1])
        done = end
    if not texts:
        return None
    texts.append(source.text[done:])
    starts.extend(source.starts[done:])
    ends.extend(source.ends[done:])
    return View(name, "".join(texts), starts, ends)
