"""Which made-up name stands for a name: of the same culture and gender form where the name tells them.

Word by word, so that a surname alone, a first name alone and the full name stay the same person, and people
who share a surname still do.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GIVEN, SURNAME = "given", "surname"

_NAMES = Path(__file__).parent / "names.txt"
_PLAIN = "en"
"""The culture of a name that tells none."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]{2,})*")
_FEMALE = "mrs ms miss dame lady frau señora señorita sra srta signora madame mme mlle mevrouw"
_MALE = "mr sir lord herr hr señor sr sig signor monsieur meneer"
_TITLES = {"f": frozenset(_FEMALE.split()), "m": frozenset(_MALE.split())}
_NEUTRAL = frozenset({"dr", "prof", "rev", "mx"})
_PARTICLES = (
    "jr ii iii iv esq von der den de del della di da dos das du la le el al bin ibn binti ter ten van zu zur "
    "zum af av y e und and the st fr"
)
_KEPT = _TITLES["f"] | _TITLES["m"] | _NEUTRAL | frozenset(_PARTICLES.split())
"""Words of a name that name nobody: titles, particles, generations."""
_NEXT_BEST = {"f": "fn", "m": "mn", "n": "nfm"}
"""Which given names do for a gender: its own, then those for either; any, where the name does not tell."""
_ENDINGS = (
    ("pl", re.compile(r"(?:sk[iya]|ck[ia]|wicz|czyk|czak|ova|ov[aá]|[łńśźżćřě].*)$")),
    ("no", re.compile(r"(?:ss[oe]n|sdatter|sdottir|str[oö]m|qvist|gaard|.*[åøæ].*)$")),
    ("es", re.compile(r"(?:[aeiou]ez|.*ñ.*|eros|ndez)$")),
    ("it", re.compile(r"(?:elli|etti|ucci|acci|ini|oni|aldi|ardi)$")),
    ("de", re.compile(r"(?:mann|stein|berger|bauer|meier|meyer|schmidt|.*ß.*)$")),
    ("nl", re.compile(r"(?:stra|huis|veld|boer|.*ij.*)$")),
    ("tr", re.compile(r"(?:o[gğ]lu|.*[ğış].*)$")),
    ("in", re.compile(r"(?:nathan|swamy|murthy|reddy|gupta|preet|wal|jee|rajan)$")),
    ("ar", re.compile(r"(?:ullah|uddin|allah)$|^(?:abd|abu)[a-z]{3}")),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A word of a name that names somebody: half-open span in the name, and what it is."""

    start: int
    end: int
    word: str
    role: str
    culture: str
    gender: str
    """``f``, ``m`` or ``n`` where the name does not tell."""


def parts(name: str) -> list[Part] | None:
    """The words of a name that need a stand-in; None where one is not written in Latin letters."""
    words = [(m.start(), m.end(), m.group()) for m in _WORD.finditer(name)]
    if any(not all(map(_latin, word)) for _, _, word in words):
        return None
    naming = [(s, e, w) for s, e, w in words if w.casefold() not in _KEPT and len(w) > 1]
    if not naming:
        return None
    titles = {w.casefold() for _, _, w in words} & _KEPT
    culture = next(filter(None, (_culture(w) for _, _, w in reversed(naming))), _PLAIN)
    gender = next(
        (g for g, known in _TITLES.items() if titles & known),
        next(filter(None, (_gender(w) for _, _, w in naming)), "n"),
    )
    roles = _roles(name, naming, titled=bool(titles & (_TITLES["f"] | _TITLES["m"] | _NEUTRAL)))
    return [Part(s, e, w, role, culture, gender) for (s, e, w), role in zip(naming, roles, strict=True)]


def _roles(name: str, naming: list[tuple[int, int, str]], *, titled: bool) -> Iterator[str]:
    """Given names first, the surname last; the other way round where a comma says so."""
    if len(naming) == 1:
        word = naming[0][2].casefold()
        surname = titled or _index().get(word, ("", "", ""))[2] == SURNAME
        yield SURNAME if surname else GIVEN
        return
    comma = name.find(",")
    for at, (start, _, _) in enumerate(naming):
        if comma > 0:
            yield SURNAME if start < comma else GIVEN
        else:
            yield SURNAME if at == len(naming) - 1 else GIVEN


def stand_in(part: Part, pick: Callable[[int], int], free: Callable[[str], bool]) -> str | None:
    """A free name for the part, in its case; None where none is left. ``pick(n)`` answers 0 to n - 1."""
    kinds = "s" if part.role == SURNAME else _NEXT_BEST[part.gender]
    for culture, kind in product(dict.fromkeys((part.culture, _PLAIN)), kinds):
        pool = _pool(culture, kind)
        start = pick(len(pool))
        for at in range(len(pool)):
            name = pool[(start + at) % len(pool)]
            if name.casefold() != part.word.casefold() and free(name):
                return in_case_of(name, part.word)
    return None


def in_case_of(name: str, written: str) -> str:
    """``name`` in capitals or small letters where ``written`` is; else with a capital first letter."""
    if len(written) > 1 and written.isupper():
        return name.upper()
    if written.islower():
        return name.lower()
    return name[:1].upper() + name[1:]


def name_words(name: str) -> list[str]:
    """The words of a name, folded, as they are compared."""
    return [fold(word) for word in _WORD.findall(name)]


def fold(word: str) -> str:
    """A word without case and accents, as models write it too."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


@cache
def _index() -> dict[str, tuple[str, str, str]]:
    """Each listed name, folded: its culture, gender and role."""
    index: dict[str, tuple[str, str, str]] = {}
    for line in _NAMES.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            culture, kind, *names = line.split()
            role = SURNAME if kind == "s" else GIVEN
            index.update((fold(name), (culture, kind, role)) for name in names)
    return index


@cache
def _pool(culture: str, kind: str) -> tuple[str, ...]:
    for line in _NAMES.read_text("utf-8").splitlines():
        if line.startswith(f"{culture} {kind} "):
            return tuple(line.split()[2:])
    return ()


def _culture(word: str) -> str:
    if known := _index().get(fold(word)):
        return known[0]
    return next((culture for culture, ending in _ENDINGS if ending.search(word.casefold())), "")


def _gender(word: str) -> str:
    known = _index().get(fold(word), ("", "", ""))[1]
    return known if known in {"f", "m"} else ""


def _latin(character: str) -> bool:
    return character.isascii() or not character.isalpha() or "LATIN" in unicodedata.name(character, "")
