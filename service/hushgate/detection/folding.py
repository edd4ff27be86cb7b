"""Which characters are a disguise: invisible ones, other scripts' digits, wide letters, look-alikes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import regex

from hushgate.detection.rewriting import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_ODD = regex.compile(rf"(?:[\x21-\x7e]\p{{M}}+|[^\x00-\x7f]|{CONTROLS})+")
"""A stretch of what may be a disguise, with the ASCII character that its first marks stand on."""
_CLUSTER = regex.compile(r"(?s).\p{M}*")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Shown as nothing, and in no category that says so."""
_DASHES = frozenset("\u2212\u2500\u30fc\uff70")
"""Shown as dashes, and in no category that says so."""
_STOPS = {"\u3002": ".", "\uff61": ".", "\u06d4": ".", "\u2024": "."}
_NEAR = 2
"""So many characters from a digit, a dash or a space of typography is one of a number."""

_LATIN = (
    "аbсdеfghіjkӏmnорqrѕtυvwхуzԁԛԝһѵјαοιγνρκχɑɡıօսհոցզАВЕКМНОРСТУХІЈЅԀԚԜѴӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abcdefghijklmnopqrstuvwxyzdqwhvjaoiyvpkxagiouhngqABEKMHOPCTYXIJSDQWVIABEZHIKMNOPTYX",
)
_SMALL_CAPITALS = ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz")
LOOK_ALIKES = dict(zip(_LATIN[0], _LATIN[1], strict=True)) | dict(zip(*_SMALL_CAPITALS, strict=True))
"""Letters of other alphabets that are shown as a Latin one (after Unicode's confusables.txt, UTS 39)."""
_TOKEN = regex.compile(rf"[\w@.+-]*[{''.join(c for c in LOOK_ALIKES if not c.isascii())}][\w@.+-]*")


def foldings(text: str) -> Iterator[Change]:
    """Each character that stands for a plainer one, or for nothing, in order."""
    for stretch in _ODD.finditer(text):
        for cluster in _CLUSTER.finditer(text, *stretch.span()):
            found = _folded(text, *cluster.span())
            if found is not None and found != cluster[0]:
                yield Change(*cluster.span(), found)


def look_alikes(text: str) -> Iterator[Change]:
    """Letters of another alphabet in a word that is otherwise Latin, or of small capitals."""
    for token in _TOKEN.finditer(text):
        letters = [c for c in token[0] if c.isalpha() and not c.isascii()]
        mixed = any(c.isascii() and c.isalpha() for c in token[0])
        if all(c in LOOK_ALIKES for c in letters) and (mixed or set(letters) <= set(_SMALL_CAPITALS[0])):
            for place, character in enumerate(token[0], token.start()):
                if character in LOOK_ALIKES:
                    yield Change(place, place + 1, LOOK_ALIKES[character])


def _folded(text: str, start: int, end: int) -> str | None:
    """What the cluster (a character and the marks on it) stands for; None: for itself."""
    base, cluster = text[start], text[start:end]
    category = unicodedata.category(base)
    digit = unicodedata.digit(base, None)
    found = base if len(cluster) > 1 and base.isascii() else None
    if category in {"Cf", "Cc", "Mn", "Me"} or base in _INVISIBLE:
        found = "" if _beside_word(text, start, end) else None
    elif digit is not None:
        found = str(digit) if category == "Nd" or _near_digit(text, start, end) else None
    elif category in {"Zs", "Zl", "Zp"}:
        found = " " if _near_digit(text, start, end) else None
    elif category == "Pd" or base in _DASHES:
        found = "-" if _near_digit(text, start, end) else None
    elif category[0] == "L" or "\uff00" <= base <= "\uffef" or "\ufe50" <= base <= "\ufe6f":
        plain = unicodedata.normalize("NFKC", cluster)
        found = plain[0] if base.isascii() else plain
    return _STOPS.get(base, found)


def _beside_word(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()


def _near_digit(text: str, start: int, end: int) -> bool:
    near = text[max(0, start - _NEAR) : start] + text[end : end + _NEAR]
    return any(unicodedata.digit(c, None) is not None for c in near)
