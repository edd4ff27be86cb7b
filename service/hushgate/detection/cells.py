"""Which values stand apart from the words that say what they are: under a column's head, or between two tags.

A rule of words reads ``postcode: 2945``. In a table the word stands lines above its value, in markup behind
a bracket, in SQL in a list of its own: there, each value is read once more behind its label, as a field of a
record is.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from hushgate.detection.nearby import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST = 200
"""Code points of a value; what is longer is prose and speaks for itself."""
_MOST_COLUMNS = 200
_EDGES = ' \t\r\n"`'
_DELIMITERS = "\t,;|"
_WORDS = """
account acct addr address age beneficiary bic bicfi billing birth birthdate birthday born bsb cap card
cardholder cell cep cif citizen city claim client contact coordinates cpf curp customer cvc cvv dni dob
driver driving email employee employer exp expiration expiry family fax forename given guardian handle
holder iban imei insurance insured ip kin landline lat latitude licence license line lng login lon
longitude mac maiden mail member membership middle mobile mrn name names national nationality nhs nif
nino nm nric owner pan passenger passport passwd password patient pesel phone pin place plate plz policy
policyholder post postal postcode pps pwd recipient registration residence routing secret sender sin
social sort ssn state street subscriber suburb surname swift tax tel telephone tfn tin town user userid
username vat vin whatsapp zip zipcode
firstname lastname fullname middlename postalcode phonenumber emailaddress streetaddress dateofbirth
nachname vorname stadt strasse prenom nom ville rue nombre apellido apellidos ciudad calle nome cognome
citta indirizzo naam voornaam achternaam plaats straat imie nazwisko
"""
_PERSONAL = frozenset(_WORDS.split())
"""A column or an element is read with its label if one of these words is in it."""

_NAMED = r"""[ ]*+"?[^\W\d][\w .#/()&'’-]{0,40}+"?[ ]*+"""
_HEADS = {
    mark: re.compile(rf"[{mark}]?{_NAMED}(?:[{mark}]{_NAMED}){{2,}}(?:[{mark}][ ]*)?\r?")
    for mark in _DELIMITERS
}
"""Three columns or more: of two, the first may label the second."""
_PAIRS = {
    mark: re.compile(rf"[{mark}]?({_NAMED})[{mark}]([^{mark}\n]+)(?:[{mark}][ ]*)?\r?") for mark in "\t|"
}
_QUOTED = re.compile(r'\s*"(?:[^"]|"")*"')
_RULED = re.compile(r"[\s:=-]+")
"""What a table draws between its head and its rows."""
_ELEMENT = re.compile(
    r"<(?P<tag>[A-Za-z_][\w.:-]{0,60})(?:\s[^<>]{0,300})?>(?P<value>[^<>]{1,300})</(?P=tag)\s?>"
)
_PAIR = re.compile(
    r"<(?:td|th|dt)(?:\s[^<>]{0,300})?>(?P<label>[^<>]{1,80})</(?:td|th|dt)>\s{0,20}"
    r"<(?:td|dd)(?:\s[^<>]{0,300})?>(?P<value>[^<>]{1,300})</(?:td|dd)>"
)
_LISTED = re.compile(
    r"\([ ]?(?P<columns>[^()]{3,4000})\)\s{1,20}(?:(?P<values>VALUES|values|Values)\s{0,20}(?=\()"
    r"|(?:FROM|from)\s(?:STDIN|stdin);?[^\n]{0,40}\n)"
)
_ROW = re.compile(r"\s{0,20},?\s{0,20}\(")
_ITEM = re.compile(
    r"""\s*+(?:[NE]?'(?P<text>(?:[^'\\]|''|\\.){0,2000})'|(?P<bare>[^,()']{0,2000}+))\s*+(?P<end>[,)])"""
)
"""Possessive, since spaces may stand in all three places: else a run of them takes time in its cube."""


class Cell(NamedTuple):
    """A value, half-open in code points, and the words that say what it is."""

    start: int
    end: int
    label: str


def cells(text: str) -> list[Cell]:
    """The values of ``text`` that are labelled from afar as something of a person's, each once, in order."""
    if "\n" not in text and "</" not in text and "ALUES" not in text and "alues" not in text:
        return []  # a line of a log, most often
    found: dict[tuple[int, int], Cell] = {}
    for cell in (*_tables(text), *_markup(text), *_sql(text)):
        found.setdefault(cell[:2], cell)
    return sorted(found.values())


def _tables(text: str) -> Iterator[Cell]:
    if "\n" not in text:
        return
    for mark in _DELIMITERS:
        if text.count(mark) > 1:
            yield from _delimited(text, mark)


def _delimited(text: str, mark: str) -> Iterator[Cell]:
    heads: list[str] = []
    at = 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        if heads:
            fields = _fields(line, mark, start)
            if len(fields) == len(heads):
                yield from _row(text, fields, heads)
                continue
            heads = []
        if _HEADS[mark].fullmatch(line):
            heads = [_label(text[slice(*field)]) for field in _fields(line, mark, start)]
            heads = heads if any(heads) and len(heads) <= _MOST_COLUMNS else []
        elif mark in _PAIRS and (pair := _PAIRS[mark].fullmatch(line)) and (head := _label(pair[1])):
            yield from _cell(text, *_stripped(text, start + pair.start(2), start + pair.end(2)), head)


def _fields(line: str, mark: str, at: int) -> list[tuple[int, int]]:
    """Where the line's fields stand in the text, without the quotes and spaces around them."""
    spans: list[tuple[int, int]] = []
    start = 0
    while True:
        quoted = _QUOTED.match(line, start)
        end = line.find(mark, quoted.end() if quoted else start)
        spans.append(_stripped(line, start, end if end >= 0 else len(line)))
        if end < 0:
            break
        start = end + 1
    if mark == "|" and len(spans) > 1:  # drawn at both edges, too
        (first, last), edge = (spans[0], spans[-1]), len(spans)
        spans = spans[first[0] == first[1] : edge - (last[0] == last[1])]
    return [(at + first, at + last) for first, last in spans]


def _row(text: str, fields: Sequence[tuple[int, int]], heads: Sequence[str]) -> Iterator[Cell]:
    for (start, end), head in zip(fields, heads, strict=True):
        yield from _cell(text, start, end, head)


def _markup(text: str) -> Iterator[Cell]:
    if "</" not in text:
        return
    for found in _ELEMENT.finditer(text):
        yield from _cell(
            text, *_stripped(text, *found.span("value")), _label(found["tag"].rpartition(":")[2])
        )
    for found in _PAIR.finditer(text):
        yield from _cell(text, *_stripped(text, *found.span("value")), _label(found["label"]))


def _sql(text: str) -> Iterator[Cell]:
    listed = list(_LISTED.finditer(text)) if "(" in text else []
    for found, following in zip_longest(listed, listed[1:]):
        heads = [_label(name) for name in found["columns"].split(",")]
        if not any(heads):
            continue
        if found["values"]:
            yield from _tuples(text, found.end(), heads)
        else:  # up to the line of the next list, so that no line is read twice
            stop = text.rfind("\n", found.end(), following.start()) if following else len(text)
            yield from _copied(text, found.end(), max(stop, found.end()), heads)


def _tuples(text: str, at: int, heads: Sequence[str]) -> Iterator[Cell]:
    while row := _ROW.match(text, at):
        at = row.end()
        for head in heads:
            item = _ITEM.match(text, at)
            if not item:
                return
            at = item.end()
            yield from _cell(
                text, *_stripped(text, *item.span("bare" if item["text"] is None else "text")), head
            )
            if item["end"] == ")":
                break


def _copied(text: str, at: int, stop: int, heads: Sequence[str]) -> Iterator[Cell]:
    for line in text[at:stop].split("\n"):
        fields = _fields(line, "\t", at)
        if len(fields) != len(heads):
            return
        yield from _row(text, fields, heads)
        at += len(line) + 1


def _cell(text: str, start: int, end: int, label: str) -> Iterator[Cell]:
    if label and 1 < end - start <= _LONGEST and not _RULED.fullmatch(text, start, end):
        yield Cell(start, end, label)


def _label(name: str) -> str:
    """The words of a head; empty where they name nothing of a person's."""
    said = words_of(name)
    return "" if _PERSONAL.isdisjoint(said) else " ".join(said)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    value = text[start:end]
    start += len(value) - len(value.lstrip(_EDGES))
    return start, max(start, start + len(value.strip(_EDGES)))
