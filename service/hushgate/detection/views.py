"""Which rewritings of a text are looked at besides the text itself.

A clean text has none, and to know that costs one pass of a small automaton: each view has a trigger, and only
where it is there does anything get rewritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate.detection import automaton
from hushgate.detection.abroad import ABROAD_WORD, digits_abroad
from hushgate.detection.alphabet import encoded
from hushgate.detection.decoding import FORMS, encodings, escapes
from hushgate.detection.folding import CONTROLS, foldings, look_alikes
from hushgate.detection.gluing import GLUED, glued_names, unspaced
from hushgate.detection.ibans import scattered_ibans
from hushgate.detection.rewriting import View, plain, reversed_in_place, rewritten
from hushgate.detection.separating import backwards, odd_separators
from hushgate.detection.spelling import ALPHABET, NAMED, spelled_codes
from hushgate.detection.spoken import NUMBER_WORD, UNIT, spoken_addresses, spoken_digits
from hushgate.detection.swapping import swapped_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushgate.detection.blocks import Block

__all__ = ["View", "readable", "views"]

_GAP = "[^0-9A-Za-z]{1,3}"
_MARKS = "[^0-9A-Za-z]{1,5}"
_LONG = 11
_MIXED = "|".join(
    f"[A-Za-z0+/_-][a-z+/_-]{{{before}}}[A-Z0][A-Za-z0+/_-]{{{_LONG - 2 - before}}}"
    for before in range(_LONG - 1)
)
"""Base64 with more behind its first character than small letters: else it holds no number and no ``@``."""
_USUAL, _ODD = "(?:[^0-9A-Za-z]{0,5}0)", "(?:[^0-9A-Za-z]{0,4}[^0-9A-Za-z -][^0-9A-Za-z]{0,4}|[ -]{2,5})"
_SEPARATED = "|".join(f"0{_USUAL}{{{before}}}{_ODD}0{_USUAL}{{{5 - before}}}" for before in range(6))
"""Seven digits, the fewest that make a number, and an odd separator between two of them."""
_TRIGGERS = {
    "controls": CONTROLS,
    "escapes": r'%[0A-Fa-f]{2}|&[#A-Za-z]|\\[ux0ntr"/\\]',
    "base64": _MIXED + rf"|[A-Za-z0+/_-][a-z+/_-]{{{_LONG - 1},}}[A-Z0]",
    "hexadecimal": "(?:[0A-Fa-f]{2}[ :-]?){8}",
    "characters": "(?:000?[ ,;]{1,2}){5}00",
    "bits": "0{8}(?:[ ,]{0,2}0{8}){3}",
    "digits": rf"(?i)\b(?:{NUMBER_WORD}|0{{1,8}})\b{_GAP}(?:[a-z]{{2,6}}{_GAP}){{0,2}}(?:{NUMBER_WORD})\b"
    rf"|\b(?:{NUMBER_WORD}){_GAP}0|\b0{_GAP}0{_GAP}0\b",
    "abroad": rf"(?i)\b(?:{ABROAD_WORD}){_GAP}(?:{ABROAD_WORD})\b",
    "codes": rf"(?i)\b(?:{ALPHABET}){_GAP}(?:{ALPHABET}|{UNIT}|0|[a-z]\b)|(?:0|{UNIT}){_GAP}(?:{ALPHABET})\b"
    rf"|\b{NAMED}{_GAP}[a-z]\b",
    "addresses": r"(?i)(?:@|\bat\b).{1,60}\b(?:dot|point|period)\b|[(\[{] ?(?:at|dot) ?[)\]}]|@ | [@.] ",
    "glued": r"(?i)\b(?:account|acct?|bank|card|cc|iban)[a-z]{2}00|"
    + GLUED
    + r"[:=#]?[+]?\(?0[^0-9A-Za-z]{0,3}0",
    "letters": r"0[ .()-]{0,2}[OolISB]{1,3}[ .()-]{0,2}0|\b[OolI]{1,2}[ .()-]?0[ .()-]?0"
    r"|0[ .()-]?0[OolISB]{1,2}\b",
    "separators": _SEPARATED,
    "ibans": rf"(?i)\b[A-Z]{_MARKS}[A-Z]{_MARKS}(?:0|(?-i:[OIl])|{UNIT})|\b[A-Z]{{2}}00[0-9A-Z]{{11}}"
    rf"|\b[A-Z]{{2}}[^0-9A-Za-z]{{0,5}}00{_MARKS}[0-9A-Z]{{4}}{_MARKS}0"
    rf"|(?-i:\b[A-Z]{{2}}){_MARKS}(?:{UNIT}) ",
    "backwards": r"0(?:[ -]?0){11}|\b0000[ .-]000[ .)-]",
}
"""What must be in an ``encoded`` text for a view to differ from it."""
_NOTHING: frozenset[str] = frozenset()
_READING = frozenset({"controls", "escapes", *FORMS})
"""Of a text in ASCII, what has to be undone before it can be read."""

_NAMES = tuple(_TRIGGERS)
_automaton = automaton.Automaton(list(_TRIGGERS.values()))


def _triggers(data: bytes) -> frozenset[str]:
    hits = _automaton.match(data)
    if not hits:
        return _NOTHING
    return frozenset(_NAMES[hit] for hit in hits)


def lines(block: Block) -> Iterator[int]:
    """The lines of a block that have a trigger; some twice."""
    for name in _triggers(block.data):
        yield from automaton.lines(_TRIGGERS[name], block.data, block.starts)


def views(text: str) -> Iterator[View]:
    """The views of a text that differ from it. Offsets are those of ``text``."""
    triggers = _triggers(encoded(text))
    if not triggers and text.isascii():
        return
    source = plain(text)
    for view in _readable(source, triggers):
        yield view
        source, triggers = view, _triggers(encoded(view.text))
    if not text.isascii() and (spaced := rewritten("apart", source, unspaced(source.text))):
        yield spaced
        source, triggers = spaced, _triggers(encoded(spaced.text))
    if "glued" in triggers and (apart := rewritten("apart", source, glued_names(source.text))):
        yield apart
        source, triggers = apart, _triggers(encoded(apart.text))
    yield from _numbers(source, triggers)


def readable(text: str) -> Iterator[View]:
    """Those of its views in which a text reads as people write; the others are made for numbers."""
    triggers = _triggers(encoded(text))
    if not (text.isascii() and _READING.isdisjoint(triggers)):
        yield from _readable(plain(text), triggers)


def _readable(source: View, triggers: frozenset[str]) -> Iterator[View]:
    decoded = _decoded(source, triggers)
    if decoded:
        yield decoded
        source, triggers = decoded, _triggers(encoded(decoded.text))
    folded = _folded(source, triggers)
    if folded:
        yield folded


def _numbers(source: View, triggers: frozenset[str]) -> Iterator[View]:
    """Views that are made for numbers, each of the one before it."""
    spoken = rewritten("spoken", source, spoken_digits(source.text)) if "digits" in triggers else None
    if spoken:
        yield spoken
        source, triggers = spoken, _triggers(encoded(spoken.text))
    if "abroad" in triggers and (view := rewritten("spoken", source, digits_abroad(source.text))):
        yield view
        source, triggers = view, _triggers(encoded(view.text))
    if "codes" in triggers and (view := rewritten("spelled", source, spelled_codes(source.text))):
        yield view
    if "addresses" in triggers and (view := rewritten("spoken", source, spoken_addresses(source.text))):
        yield view
    if "ibans" in triggers and (view := rewritten("ibans", source, scattered_ibans(source.text))):
        yield view
    if "letters" in triggers and (view := rewritten("letters", source, swapped_digits(source.text))):
        yield view
        source, triggers = view, _triggers(encoded(view.text))
    if "separators" in triggers and (view := rewritten("separators", source, odd_separators(source.text))):
        yield view
        source, triggers = view, _triggers(encoded(view.text))
    if "backwards" in triggers and (view := reversed_in_place("backwards", source, backwards(source.text))):
        yield view


def _decoded(source: View, triggers: frozenset[str]) -> View | None:
    first = rewritten("decoded", source, escapes(source.text)) if "escapes" in triggers else None
    if forms := triggers & FORMS.keys():
        first = rewritten("decoded", first or source, encodings((first or source).text, forms)) or first
    if first and (forms := _triggers(encoded(first.text)) & FORMS.keys()):  # what was encoded twice
        return rewritten("decoded", first, encodings(first.text, forms)) or first
    return first


def _folded(source: View, triggers: frozenset[str]) -> View | None:
    if source.text.isascii() and "controls" not in triggers:
        return None
    first = rewritten("folded", source, foldings(source.text))
    return rewritten("folded", first or source, look_alikes((first or source).text)) or first
