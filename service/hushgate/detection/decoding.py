"""Which stretches of a text are text encoded: escapes, base64, base32, hexadecimal, bits, character codes."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from hushgate.detection.rewriting import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ESCAPE = re.compile(r"(?:\\u[0-9A-Fa-f]{4})+|(?:\\x[0-9A-Fa-f]{2})+|\\[ntr\"/\\]")
_BASE64 = re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{11,}(?:\r?\n[A-Za-z0-9+/_-]{15,})*={0,6}(?![\w+/=-])")
_SEGMENT = re.compile(r"[A-Za-z0-9_-]{11,}={0,2}")
_WORDS = "be|ad|fa|ed|de"
"""Words, and parts of words, that hexadecimal digits spell, and that no text in ASCII begins with."""
_PAIR = "[0-9A-Fa-f]{2}"
_HEX = re.compile(rf"(?<![0-9A-Za-z])(?!(?i:{_WORDS}) )(?:0x)?(?:{_PAIR}[ :-]?){{7,}}{_PAIR}(?![0-9A-Za-z])")
_OCTAL = re.compile(r"(?:\\[0-7]{2,3}[ ,]?){4,}")
_BINARY = re.compile(r"(?<!\w)[01]{8}(?:[ ,]{0,2}[01]{8}){3,}(?!\w)")
_CODE = "(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])"
_CODES = re.compile(rf"(?<![\w.,-]){_CODE}(?:[ ,;]{{1,2}}{_CODE}){{5,}}(?![\w-])")
"""Numbers that are codes of printed characters in ASCII."""
_BASE32 = re.compile(r"[A-Z2-7]{16,}")
_PRINTED = 0.95
_READABLE = 0.4
"""Of what bytes decode to, so much must be printed, or be letters and digits among what is not shown."""


def escapes(text: str) -> Iterator[Change]:
    """Each escaped character or stretch of them, in order."""
    found = [
        *(Change(*each.span(), _percent(each[0])) for each in _PERCENT.finditer(text)),
        *(
            Change(*each.span(), html.unescape(each[0]).replace("\ufffd", ""))
            for each in _ENTITY.finditer(text)
        ),
        *(Change(*each.span(), _escape(each[0])) for each in _ESCAPE.finditer(text)),
        *(Change(*each.span(), _codes(each[0], 8)) for each in _OCTAL.finditer(text)),
    ]
    yield from sorted(found, key=lambda change: change.start)


def encodings(text: str, forms: Collection[str]) -> Iterator[Change]:
    """Each stretch that is text when decoded, in order; ``forms``: which of ``FORMS`` are looked for."""
    done = 0
    found = [(each, form) for form in FORMS if form in forms for each in FORMS[form].pattern.finditer(text)]
    for each, form in sorted(found, key=lambda one: one[0].start()):
        if each.start() < done:
            continue
        decoded = FORMS[form].decoded(each[0])
        if decoded:
            done = each.end()
            yield Change(*each.span(), decoded)
        elif form == "base64" and "/" in each[0]:
            yield from _segments(each)


def _segments(path: re.Match[str]) -> Iterator[Change]:
    """The parts of a path that are base64 by themselves."""
    for part in _SEGMENT.finditer(path[0]):
        if decoded := _base64(part[0]):
            yield Change(path.start() + part.start(), path.start() + part.end(), decoded)


def _percent(run: str) -> str:
    return unquote(run, errors="replace")


def _escape(run: str) -> str:
    if run[1] == "u":
        units = b"".join(int(unit, 16).to_bytes(2, "big") for unit in run.split("\\u")[1:])
        return units.decode("utf-16-be", errors="replace")
    if run[1] == "x":
        data = bytes.fromhex(run.replace("\\x", ""))
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    return {"n": "\n", "t": "\t", "r": "\r"}.get(run[1], run[1])


def _base64(run: str) -> str:
    letters = re.sub(r"[\r\n=]", "", run).replace("-", "+").replace("_", "/")
    if _BASE32.fullmatch(letters) and (text := _base32(letters)):
        return text
    try:
        return _text(base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True))
    except binascii.Error:
        return ""


def _base32(letters: str) -> str:
    try:
        return _text(base64.b32decode(letters + "=" * (-len(letters) % 8)))
    except binascii.Error:
        return ""


def _codes(run: str, base: int) -> str:
    return "".join(chr(int(code, base)) for code in re.findall("[0-9]+", run))


def _bits(run: str) -> str:
    bits = re.sub("[ ,]", "", run)
    return _text(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def _hexadecimal(run: str) -> str:
    try:
        text = _text(bytes.fromhex(re.sub(r"[ :-]", "", run.removeprefix("0x"))))
    except ValueError:
        return ""
    # Digits alone may be a number as it stands: chance makes letters of it, an encoded number makes digits.
    chance = not any(map(str.isalpha, run)) and 2 * sum(map(str.isdigit, text)) < len(text)
    return "" if chance else text


def _text(data: bytes) -> str:
    """The bytes as UTF-8, or nothing when they are no text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    printed = sum(c.isprintable() or c.isspace() or unicodedata.category(c) == "Cf" for c in text)
    readable = sum(map(str.isalnum, text))
    return text if printed >= _PRINTED * len(text) or readable >= _READABLE * len(text) else ""


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    decoded: Callable[[str], str]
    """What a stretch says; nothing when it is no text."""


FORMS = {
    "bits": _Form(_BINARY, _bits),
    "characters": _Form(_CODES, lambda run: _codes(run, 10)),
    "hexadecimal": _Form(_HEX, _hexadecimal),
    "base64": _Form(_BASE64, _base64),
}
"""Base64 stands for base32, too. Of stretches that begin together, the first counts."""
