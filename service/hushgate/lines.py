"""How the Unix filter answers: whole lines as they come, each redacted, marked, or the run ended there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from hushgate.document import Number, parse, serialize
from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.document import Tree
    from hushgate.redactor import Redaction, Redactor

CHUNK = 1 << 16
"""Bytes asked for at once. A live pipe gives what it has, so that its lines are answered at once."""

_BYTES_A_CODE_POINT = 4


MARK = "[LINE NOT REDACTED]"
"""Stands for a text line that cannot be redacted, where the run goes on."""


class Line(NamedTuple):
    """A line: its number from 1, its text, and its line feed, with or without carriage return, or nothing."""

    number: int
    text: str
    ending: str
    wrong: Failure | None = None
    """Why it cannot even be read; it has no text then."""


Mark = Callable[[Line, Failure], str]
"""What stands for a line that cannot be redacted, with its ending."""


def redact_lines(
    read: Callable[[int], bytes],
    write: Callable[[bytes], object],
    treat: Callable[[Sequence[Line]], list[str]],
    *,
    longest: int,
    mark: Mark | None = None,
) -> int:
    """Everything that ``read`` gives, through ``treat``, to ``write``: in order, in bounded memory.

    ``read(n)`` gives up to n bytes as soon as there are any, and none at the end. A line that cannot be
    redacted (not UTF-8, longer than ``longest`` code points, no JSON) is never written: ``mark`` says what
    stands for it, and the answer is how many there were. Without ``mark`` the first one fails with its
    number; every line before it has been written then, and nothing of it or after it.
    """
    marked = 0
    for lines in batches(read, longest=longest):
        for is_wrong, group in groupby(lines, key=lambda line: line.wrong is not None):
            if is_wrong:
                marked += sum(_mark(line, line.wrong, write, mark) for line in group if line.wrong)
            else:
                marked += _answer(list(group), write, treat, mark)
    return marked


def _answer(
    lines: Sequence[Line],
    write: Callable[[bytes], object],
    treat: Callable[[Sequence[Line]], list[str]],
    mark: Mark | None,
) -> int:
    try:
        answer = treat(lines)
    except Failure as failure:
        if len(lines) == 1:
            sentence = f"line {lines[0].number}: {failure.sentence}"
            located = Failure(failure.reason, sentence, field=failure.field, limit=failure.limit)
            return _mark(lines[0], located, write, mark)
    else:
        write("".join(answer).encode())
        return 0
    # One of them cannot be redacted; each asked for alone, those that cannot show themselves.
    return sum(_answer([line], write, treat, mark) for line in lines)


def _mark(line: Line, failure: Failure, write: Callable[[bytes], object], mark: Mark | None) -> int:
    if mark is None:
        raise failure
    write(mark(line, failure).encode())
    return 1


def batches(read: Callable[[int], bytes], *, longest: int) -> Iterator[list[Line]]:
    """The lines of the input, those together that one read completed."""
    number, rest, skipping = 0, b"", False
    while chunk := read(CHUNK):
        if skipping:  # the end of a line that is wrong already
            _, found, chunk = chunk.partition(b"\n")
            if not found:
                continue
            skipping = False
        *complete, rest = (rest + chunk).split(b"\n")
        if complete:
            yield [_line(number + at, content, "\n", longest) for at, content in enumerate(complete, start=1)]
        number += len(complete)
        if len(rest) > longest * _BYTES_A_CODE_POINT:
            number, rest, skipping = number + 1, b"", True
            yield [Line(number, "", "\n", _too_long(number, longest))]
    if rest:
        yield [_line(number + 1, rest, "", longest)]


def _line(number: int, content: bytes, ending: str, longest: int) -> Line:
    if ending and content.endswith(b"\r"):
        content, ending = content[:-1], "\r\n"
    try:
        text = content.decode()
    except UnicodeDecodeError:
        wrong = Failure(Reason.FIELD_INVALID, f"line {number} is not UTF-8 text", field="line")
        return Line(number, "", ending, wrong)
    if len(text) > longest:
        return Line(number, "", ending, _too_long(number, longest))
    return Line(number, text, ending)


def _too_long(number: int, longest: int) -> Failure:
    sentence = f"line {number} is longer than {longest} code points"
    return Failure(Reason.TEXT_TOO_LONG, sentence, field="line", limit=longest)


def mark_text(line: Line, _: Failure) -> str:
    """A text line's stand-in: ``MARK``."""
    return MARK + line.ending


def mark_document(line: Line, failure: Failure) -> str:
    """A JSON line's stand-in: an object with the line's number as the id, and the reason as the error."""
    marked = {"id": str(line.number), "error": failure.reason.name}
    return serialize({**marked}) + (line.ending or "\n")


def redact_texts(redactor: Redactor, lines: Sequence[Line]) -> list[str]:
    """Each line redacted as a text, with its own ending."""
    done = redactor.redact_many([line.text for line in lines])
    return [each.text + line.ending for each, line in zip(done, lines, strict=True)]


def redact_documents(redactor: Redactor, lines: Sequence[Line]) -> list[str]:
    """Each line redacted as a JSON document, with its own ending; a blank line stays."""
    done = iter(redactor.redact_json_many([line.text for line in lines if line.text.strip()]))
    return [(next(done).text if line.text.strip() else line.text) + line.ending for line in lines]


def find_in_texts(redactor: Redactor, lines: Sequence[Line]) -> list[str]:
    """For each line a JSON line: its number as the id, the redacted text, and what was found where."""
    done = redactor.redact_many([line.text for line in lines])
    return [_found(str(line.number), each) for each, line in zip(done, lines, strict=True)]


def find_in_documents(redactor: Redactor, lines: Sequence[Line]) -> list[str]:
    """For each JSON line another: its id or number, the redacted text, and what was found where.

    Of an object with a string ``text``, only that is looked at, as a text. Of any other document, the text
    is the whole, redacted, and each finding has the path of its value. A blank line gives nothing.
    """
    read = [(line, parse(line.text, field="json")) for line in lines if line.text.strip()]
    texts = iter(redactor.redact_many([text for _, tree in read if (text := _text(tree)) is not None]))
    whole = iter(redactor.redact_json_many([line.text for line, tree in read if _text(tree) is None]))
    return [
        _found(_identifier(line, tree), next(whole if _text(tree) is None else texts)) for line, tree in read
    ]


def _text(tree: Tree) -> str | None:
    text = tree.get("text") if isinstance(tree, dict) else None
    return text if isinstance(text, str) else None


def _identifier(line: Line, tree: Tree) -> Tree:
    given = tree.get("id") if isinstance(tree, dict) and _text(tree) is not None else None
    return given if isinstance(given, str | Number) else str(line.number)


def _found(identifier: Tree, redaction: Redaction) -> str:
    findings: list[Tree] = []
    for index, finding in enumerate(redaction.findings):
        each: dict[str, Tree] = {
            "entity": finding.entity,
            "start": Number(str(finding.start)),
            "end": Number(str(finding.end)),
            "score": Number(f"{finding.score:.4g}"),
            "rule": finding.rule,
        }
        if redaction.paths:
            each["path"] = redaction.paths[index]
        findings.append(each)
    return serialize({"id": identifier, "text": redaction.text, "findings": findings}) + "\n"
