"""Which writings of a name are one person: "Dana Whitfield", "WHITFIELD, Dana", "Ms Whitfield", "dana w.".

A writing belongs to a person when it fits all that is known of them and nobody else in the session. Where
it fits two, or nobody can tell, it is a person of its own: two people are never made one for neatness.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

_MEN = "mr mister sir master herr hr señor sr monsieur signor sig senhor meneer dhr pan bay"
_WOMEN = (
    "mrs ms miss madam ma'am frau fr señora sra señorita srta madame mme mademoiselle mlle signora senhora "
    "mevrouw mevr pani bayan"
)
_EITHER = "mx dr doctor prof professor rev reverend judge capt captain lt sgt officer"
_TITLES = {
    title: gender
    for titles, gender in ((_MEN, "m"), (_WOMEN, "f"), (_EITHER, ""))
    for title in titles.split()
}
_ANY_TITLE = "|".join(sorted(_TITLES, key=len, reverse=True))
_TITLE = re.compile(rf"(?i)(?:{_ANY_TITLE})\b\.?\s+")
_TITLE_BEFORE = re.compile(rf"(?i)(?<!\w)(?P<title>{_ANY_TITLE})\.?\s+\Z")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"})
_PARTICLES = frozenset(
    {"van", "von", "de", "da", "di", "del", "della", "der", "den", "du", "la", "le", "bin", "al", "el", "st"}
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’\-](?=[^\W\d_]))*")
_MOST_WORDS = 6
_FIRST_FIELDS = frozenset({"first_name", "firstname", "given_name", "givenname", "forename", "first"})
_LAST_FIELDS = frozenset({"last_name", "lastname", "surname", "family_name", "familyname", "last"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart."""

    words: tuple[str, ...] = field(repr=False)
    """Without case, given names first, titles and endings left out."""
    suffix: str = ""
    gender: str = ""
    """``m`` or ``f`` where a title tells."""
    listed: bool = False
    """Written family name first, with a comma."""


def without_title(text: str) -> tuple[str, str]:
    """The titles that a name begins with, as written with the space behind them, and the rest."""
    at = 0
    while found := _TITLE.match(text, at):
        at = found.end()
    return (text[:at], text[at:]) if at < len(text) else ("", text)


def gender_of(titles: str) -> str:
    """What titles say: ``m``, ``f`` or nothing."""
    told = {_TITLES.get(word.strip(".").casefold(), "") for word in titles.split()} - {""}
    return told.pop() if len(told) == 1 else ""


def title_before(text: str, at: int) -> str:
    """The title that stands right before a name that begins at ``at``; "" where none does."""
    found = _TITLE_BEFORE.search(text, max(0, at - 16), at)
    return found["title"] if found else ""


def read_name(text: str, gender: str = "") -> Name:
    """The name in its parts; no words where it is no name that can be told apart."""
    titles, rest = without_title(text)
    gender = gender or gender_of(titles)
    folded = unicodedata.normalize("NFKC", rest).casefold().replace("’", "'")
    last, comma, first = folded.partition(",")
    if any(c.isdecimal() for c in folded) or "@" in folded:
        return Name(())
    listed = bool(comma) and first.strip(" .") not in _SUFFIXES
    words = [w.group() for w in _WORD.finditer(f"{first} {last}" if listed else folded)]
    suffix = next((w for w in words if w in _SUFFIXES), "") if len(words) > 1 else ""
    words = [w for w in words if w != suffix]
    return Name(tuple(words) if len(words) <= _MOST_WORDS else (), suffix, gender, listed)


def _is_initial(word: str) -> bool:
    return len(word) == 1


def _agree(a: str, b: str) -> bool:
    """Whether two words can be one: the same, or one the other's initial."""
    return a == b or ((_is_initial(a) or _is_initial(b)) and a[0] == b[0])


def fits(part: Name, whole: Name) -> bool:
    """Whether ``part`` can be a writing of ``whole``, or of less of it, whatever their titles say."""
    if part.suffix and whole.suffix and part.suffix != whole.suffix:
        return False
    words = part.words
    if not words or len(words) > len(whole.words) or all(map(_is_initial, words)):
        return False
    if len(words) == 1:
        return words[0] in whole.words
    if words == whole.words[-len(words) :] and (part.gender or words[0] in _PARTICLES):
        return True
    if not _agree(words[0], whole.words[0]) or not any(
        a == b for a in words for b in whole.words if not _is_initial(a)
    ):
        return False
    rest = iter(whole.words[1:])
    return all(any(_agree(word, other) for other in rest) for word in words[1:])


@dataclass(slots=True)
class Person:
    """Somebody whose name the session has seen."""

    names: list[Name] = field(repr=False)
    identifier: str = ""
    """Of their tokens; empty before there is one."""
    closed: bool = False
    """Nobody can tell who it is: no other writing joins it."""

    @property
    def fullest(self) -> Name:
        """The name with the most that is known."""
        name = max(self.names, key=lambda n: (len(n.words), sum(map(len, n.words))))
        gender = next((n.gender for n in self.names if n.gender), "")
        return replace(name, gender=gender)

    def may_be(self, name: Name) -> bool:
        """Whether the name fits the fullest that is known of this person, or all that is known fits it."""
        whole = self.fullest
        if self.closed or (whole.gender and name.gender and whole.gender != name.gender):
            return False
        return fits(name, whole) or all(fits(known, name) for known in self.names)


class People:
    """The people of one session."""

    def __init__(self) -> None:
        self._people: list[Person] = []
        self._fields: dict[tuple[str, str, str], dict[str, str]] = {}

    def add(self, name: Name, identifier: str = "") -> Person:
        """The person whom the name fits, or a new one. ``identifier``: of the name's token."""
        own = next((p for p in self._people if identifier and p.identifier == identifier), None)
        who = own or self._who(name)
        if who is None:
            fitting = sum(p.may_be(name) for p in self._people)
            who = Person([name], closed=fitting > 1)
            self._people.append(who)
        elif name not in who.names:
            who.names.append(name)
        who.identifier = who.identifier or identifier
        return who

    def add_field(self, value: str, path: str, source: str, subject: str) -> None:
        """A name from a record: whole, or as first and last name in two fields of one object."""
        parent, _, leaf = path.rpartition(".")
        kind = "first" if leaf in _FIRST_FIELDS else "last" if leaf in _LAST_FIELDS else ""
        if kind:
            parts = self._fields.setdefault((source, subject, parent), {})
            parts[kind] = value
            if len(parts) == 2:
                self.add(read_name(f"{parts['first']} {parts['last']}"))
        elif len((name := read_name(value)).words) > 1:
            self.add(name)

    def _who(self, name: Name) -> Person | None:
        fitting = [p for p in self._people if p.may_be(name)]
        same = [p for p in fitting if any(n.words == name.words for n in p.names)]
        fitting = same if len(same) == 1 else fitting
        if len(fitting) > 1 and all(len(p.fullest.words) == 1 for p in fitting) and len(name.words) > 1:
            # "Omar" and "Davis" came apart: the whole name is the one who has its first word.
            fitting = [p for p in fitting if p.fullest.words[0] == name.words[0]]
        return fitting[0] if len(fitting) == 1 else None


def form_of(name: Name, whole: Name) -> str:
    """What a writing is, seen from the fullest name: "" for all of it."""
    if name.words == whole.words:
        return "LAST_FIRST" if name.listed else ""
    if len(name.words) == 1:
        return "FIRST" if name.words[0] == whole.words[0] else "LAST"
    return "LAST_FIRST" if name.listed else "SHORT"
