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
_FAR = 12
"""So many characters are looked at to find those that are seen among unseen ones."""

_LATIN = (
    "аbсdеfghіjkӏmnорqrѕtυvwхуzԁԛԝһѵјαοιγνρκχɑɡıօսհոցզАВЕКМНОРСТУХІЈЅԀԚԜѴӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abcdefghijklmnopqrstuvwxyzdqwhvjaoiyvpkxagiouhngqABEKMHOPCTYXIJSDQWVIABEZHIKMNOPTYX",
)
_SMALL_CAPITALS = ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz")
_PAIRS = (*zip(*_LATIN, strict=True), *zip(*_SMALL_CAPITALS, strict=True))
LOOK_ALIKES = {letter: latin for letter, latin in _PAIRS if letter != latin}
"""Letters of other alphabets that are shown as a Latin one (after Unicode's confusables.txt, UTS 39)."""
_ALIKE = regex.compile(f"[{''.join(LOOK_ALIKES)}]")
_TOKEN = regex.compile(r"[\w@.+-]+")


def foldings(text: str) -> Iterator[Change]:
    """Each character that stands for a plainer one, or for nothing, in order."""
    for stretch in _ODD.finditer(text):
        for cluster in _CLUSTER.finditer(text, *stretch.span()):
            found = _folded(text, *cluster.span())
            if found is not None and found != cluster[0]:
                yield Change(*cluster.span(), found)


def look_alikes(text: str) -> Iterator[Change]:
    """Letters of another alphabet in a word that is otherwise Latin or has digits, or of small capitals."""
    for token in _TOKEN.finditer(text) if _ALIKE.search(text) else ():
        if not _ALIKE.search(token[0]):
            continue
        letters = [c for c in token[0] if c.isalpha() and not c.isascii()]
        mixed = any(c.isascii() and c.isalnum() for c in token[0])
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
    if _is_unseen(base, category):
        found = "" if _is_disguise(text, start, end) else None
    elif "\uff01" <= base <= "\uff5e":
        found = unicodedata.normalize("NFKC", base)
    elif digit is not None:
        is_one = category == "Nd" or _near_digit(text, start, end) or _stands_alone(text, start, end)
        found = str(digit) if is_one else None
    elif category in {"Zs", "Zl", "Zp"}:
        found = " " if _near_digit(text, start, end) else None
    elif base != "-" and (category == "Pd" or base in _DASHES):
        found = "-" if _near_digit(text, start, end) else None
    elif category[0] == "L" or "\uff00" <= base <= "\uffef" or "\ufe50" <= base <= "\ufe6f":
        plain = unicodedata.normalize("NFKC", cluster)
        found = plain[0] if base.isascii() else plain
    return _STOPS.get(base, found)


def _is_unseen(character: str, category: str) -> bool:
    if character in _INVISIBLE:
        return True
    return category in {"Cf", "Cc", "Mn", "Me"} and character not in "\t\n\r\x85"


def _is_disguise(text: str, start: int, end: int) -> bool:
    """Whether the unseen span is no part of an emoji: those seen on its sides say so."""
    left = _seen(text[max(0, start - _FAR) : start][::-1])[:1]
    right = _seen(text[end : end + _FAR])[:1]
    if left.isalnum() or right.isalnum():
        return True
    return bool(left or right) and all(
        c.isascii() or unicodedata.category(c)[0] in "PZ" for c in left + right
    )


def _seen(text: str) -> str:
    return "".join(c for c in text if not _is_unseen(c, unicodedata.category(c)))


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not any(c.isalnum() for c in text[max(0, start - 1) : start] + text[end : end + 1])


def _near_digit(text: str, start: int, end: int) -> bool:
    near = text[max(0, start - _NEAR) : start] + text[end : end + _NEAR]
    return any(unicodedata.digit(c, None) is not None for c in near)
