"""How the Unix filter reads and answers: whole lines as they come, each redacted or the run ended there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hushgate.document import Number, parse, serialize
from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hushgate.document import Tree
    from hushgate.redactor import Redaction, Redactor

CHUNK = 1 << 16
"""Bytes asked for at once. A live pipe gives what it has, so that its lines are answered at once."""

_BYTES_A_CODE_POINT = 4


class Line(NamedTuple):
    """A line: its number from 1, its text, and its line feed, with or without carriage return, or nothing."""

    number: int
    text: str
    ending: str


class Lines(NamedTuple):
    """Lines that came together, and what was wrong with the one after them."""

    whole: list[Line]
    wrong: Failure | None = None


def redact_lines(
    read: Callable[[int], bytes],
    write: Callable[[bytes], object],
    treat: Callable[[Sequence[Line]], list[str]],
    *,
    longest: int,
) -> None:
    """Everything that ``read`` gives, through ``treat``, to ``write``: in order, in bounded memory.

    ``read(n)`` gives up to n bytes as soon as there are any, and none at the end. Fails with the number of
    the first line that cannot be redacted (not UTF-8, longer than ``longest`` code points, no JSON); every
    line before it has been written then, and nothing of it or after it.
    """
    for lines in batches(read, longest=longest):
        if lines.whole:
            _answer(lines.whole, write, treat)
        if lines.wrong is not None:
            raise lines.wrong


def _answer(
    lines: Sequence[Line],
    write: Callable[[bytes], object],
    treat: Callable[[Sequence[Line]], list[str]],
) -> None:
    try:
        answer = treat(lines)
    except Failure as failure:
        if len(lines) == 1:
            sentence = f"line {lines[0].number}: {failure.sentence}"
            raise Failure(failure.reason, sentence, field=failure.field, limit=failure.limit) from None
    else:
        write("".join(answer).encode())
        return
    # One of them cannot be redacted; each asked for alone, the first that cannot shows itself.
    for line in lines:
        _answer([line], write, treat)


def batches(read: Callable[[int], bytes], *, longest: int) -> Iterator[Lines]:
    """The lines of the input, those together that one read completed."""
    number, rest = 0, b""
    while chunk := read(CHUNK):
        *complete, rest = (rest + chunk).split(b"\n")
        yield _lines(number, complete, "\n", longest)
        number += len(complete)
        if len(rest) > longest * _BYTES_A_CODE_POINT:
            yield Lines([], _too_long(number + 1, longest))
            return
    if rest:
        yield _lines(number, [rest], "", longest)


def _lines(number: int, contents: Sequence[bytes], ending: str, longest: int) -> Lines:
    lines: list[Line] = []
    for at, content in enumerate(contents, start=number + 1):
        is_dos = bool(ending) and content.endswith(b"\r")
        try:
            text = (content[:-1] if is_dos else content).decode()
        except UnicodeDecodeError:
            return Lines(lines, Failure(Reason.FIELD_INVALID, f"line {at} is not UTF-8 text", field="line"))
        if len(text) > longest:
            return Lines(lines, _too_long(at, longest))
        lines.append(Line(at, text, "\r\n" if is_dos else ending))
    return Lines(lines)


def _too_long(number: int, longest: int) -> Failure:
    sentence = f"line {number} is longer than {longest} characters"
    return Failure(Reason.TEXT_TOO_LONG, sentence, field="line", limit=longest)


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
