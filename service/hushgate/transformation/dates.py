"""Which dates stand in a text, and the text with all of them moved by the same number of days.

What moves keeps its form. Days are moved by whole weeks, so that weekdays stay right; a date without a year
moves in a year of 365 days; a month without a day by months. Each of the three moves has an exact inverse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December",
    "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
    "Jan|Feb|Mar|Apr|May|June|July|Aug|Sept|Oct|Nov|Dec",
    "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
    "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
)
_LANGUAGES = tuple(tuple(names.split("|")) for names in _MONTHS)
_NAMED = {
    name.casefold(): (number, language)
    for language in reversed(_LANGUAGES)
    for number, name in enumerate(language, 1)
}
_MONTH = "|".join(sorted(map(re.escape, _NAMED), key=len, reverse=True))
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_SHORT = r"(?P<year>(?:19|20)\d\d|\d\d)"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?P<th>st|nd|rd|th)?"
_BEFORE, _AFTER = r"(?<![\w.,/$€£-])", r"(?![\w]|[/-]\d|[.,]\d{3})"
_FORMS = tuple(
    re.compile(f"(?i){_BEFORE}{form}")
    for form in (
        rf"{_YEAR}(?P<sep>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=sep)(?P<day>0?[1-9]|[12]\d|3[01])(?:(?=T\d\d:)|{_AFTER})",
        rf"(?P<a>\d{{1,2}}) ?(?P<sep>[-/.]) ?(?P<b>\d{{1,2}}) ?(?P=sep) ?{_SHORT}{_AFTER}",
        rf"{_DAY}(?:\.| de|º|er)?[ -](?:(?:day )?of )?(?P<name>{_MONTH})\.?"
        rf"(?:(?:,? |-|/| de )(?:of )?{_YEAR})?{_AFTER}",
        rf"(?P<name>{_MONTH})\.?[ -](?:the )?{_DAY}(?:(?:, ?| |-| of ){_YEAR})?{_AFTER}",
        rf"(?P<name>{_MONTH})\.?(?:,? |-|/| de )(?:of )?{_YEAR}{_AFTER}",
    )
)
_YEARS = r"(?:,? ?['’]?|-|/)(?P<year>(?:19|20)\d\d|\d\d)"
_LOOSE = tuple(
    re.compile(f"(?i){_BEFORE}{form}{_AFTER}")
    for form in (
        rf"{_DAY}\.?[ -]?(?:of )?(?P<name>{_MONTH})\.?{_YEARS}",
        rf"(?P<name>{_MONTH})\.?[ -]?(?:the )?{_DAY}{_YEARS}",
        rf"{_YEAR},?[ -/]?(?P<name>{_MONTH})\.?[ -]?{_DAY}",
    )
)
"""How a date may be written, too, in a text that may as well mean something else: "3 May 16"."""
_DIGITS = re.compile(r"(?<!\d)(?:\d{6}|\d{8})(?!\d)")
_ORDERS = ("ymd", "dmy", "mdy")
_CENTURY = 70
"""Two digits from here on are years of the last century."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text: a half-open span in code points, and the parts that it has; None where it has not."""

    start: int
    end: int
    year: int | None
    month: int
    day: int | None
    pieces: tuple[tuple[str, int, int], ...]
    """Where year, month, day and ordinal stand, as offsets in the text."""
    language: tuple[str, ...] = ()
    """The names of the months; empty where the month is a number."""

    @property
    def key(self) -> tuple[int | None, int, int | None]:
        """The same for every writing of the same date."""
        return self.year, self.month, self.day


def find_dates(text: str, *, day_first: bool = False) -> list[Dated]:
    """The dates in the text, first to last, disjoint; the form with most parts where two overlap.

    ``day_first``: how 3/4/2025 is read. Where one number can be no month, and between dots, the day is known.
    """
    found: list[Dated] = []
    for form in _FORMS:
        for match in form.finditer(text):
            dated = _dated(match, day_first=day_first)
            if dated and all(dated.end <= d.start or d.end <= dated.start for d in found):
                found.append(dated)
    return sorted(found, key=lambda d: d.start)


def readings(text: str) -> Iterator[Dated]:
    """All dates with year and day that the text could mean, in any order, for one who looks for a known one.

    A year of two digits is read in this century and in the last.
    """
    if not any(map(str.isdecimal, text)):
        return
    read = [*find_dates(text), *find_dates(text, day_first=True)]
    read += (d for form in _LOOSE for m in form.finditer(text) if (d := _dated(m, day_first=False)))
    for dated in dict.fromkeys(read):
        if dated.year is not None and dated.day is not None:
            yield dated
            name, start, end = dated.pieces[0]
            if name == "year" and end - start == 2:
                yield replace(dated, year=dated.year + (100 if dated.year < 2000 else -100))
    for number in _DIGITS.finditer(text):
        yield from _of_digits(number)


def _of_digits(number: re.Match[str]) -> Iterator[Dated]:
    digits = number.group()
    for order in _ORDERS:
        parts, at = {}, 0
        for part in order:
            size = len(digits) - 4 if part == "y" else 2
            parts[part], at = int(digits[at : at + size]), at + size
        for century in (1900, 2000) if parts["y"] < 100 else (0,):
            year = century + parts["y"]
            try:
                date(year, parts["m"], parts["d"])
            except ValueError:
                continue
            yield Dated(*number.span(), year, parts["m"], parts["d"], ())


def _dated(match: re.Match[str], *, day_first: bool) -> Dated | None:
    parts = match.groupdict()
    pieces = {name: match.span(name) for name, value in parts.items() if value}
    language: tuple[str, ...] = ()
    if "a" in pieces:
        day_first = (day_first or parts["sep"] == "." or int(parts["a"]) > 12) and int(parts["b"]) <= 12
        pieces["day"], pieces["month"] = (
            (pieces["a"], pieces["b"]) if day_first else (pieces["b"], pieces["a"])
        )
    if "name" in pieces:
        month, language = _NAMED[parts["name"].casefold()]
        pieces["month"] = pieces["name"]
    else:
        month = int(match.string[slice(*pieces["month"])])
    day = int(match.string[slice(*pieces["day"])]) if "day" in pieces else None
    year = _full_year(parts["year"]) if parts.get("year") else None
    try:
        date(2023 if year is None else year, month, day or 1)
    except ValueError:
        return None
    kept = tuple((name, *pieces[name]) for name in ("year", "month", "day", "th") if name in pieces)
    return Dated(*match.span(), year, month, day, kept, language)


def _full_year(written: str) -> int:
    year = int(written)
    return year if len(written) == 4 else year + (1900 if year >= _CENTURY else 2000)


def moved(dated: Dated, text: str, days: int) -> str:
    """The date of ``text`` moved by ``days`` and written in the same form."""
    year, month, day = _move(dated, days)
    written = []
    width = 2 if _padded(dated, text) else 1
    for name, start, end in dated.pieces:
        old = text[start:end]
        match name:
            case "year":
                new = str(year)[-len(old) :]
            case "month":
                new = _named(month, old, dated.language) if dated.language else f"{month:0{width}}"
            case "day":
                new = f"{day:0{width}}"
            case _:
                new = _ordinal(day or 1, old)
        written.append((start, end, new))
    out: list[str] = []
    at = dated.start
    for start, end, new in sorted(written):
        out += (text[at:start], new)
        at = end
    return "".join((*out, text[at : dated.end]))


def _move(dated: Dated, days: int) -> tuple[int | None, int, int | None]:
    if dated.day is None:
        months = (dated.year or 0) * 12 + dated.month - 1 + round(days / 30.4375)
        return months // 12, months % 12 + 1, None
    if dated.year is None:
        start = date(2023, 1, 1)
        new = start + timedelta((date(2023, dated.month, dated.day) - start).days + days) % timedelta(365)
        return None, new.month, new.day
    new = date(dated.year, dated.month, dated.day) + timedelta(days)
    return new.year, new.month, new.day


def _padded(dated: Dated, text: str) -> bool:
    """Whether a number below ten has a zero before it, as far as the parts show."""
    numbers = [
        text[start:end]
        for name, start, end in dated.pieces
        if name == "day" or (name == "month" and not dated.language)
    ]
    zero = any(number[0] == "0" for number in numbers)
    return zero or (not dated.language and all(len(number) == 2 for number in numbers))


def _named(month: int, old: str, language: tuple[str, ...]) -> str:
    name = language[month - 1]
    if old.isupper():
        return name.upper()
    return name.lower() if old.islower() else name[:1].upper() + name[1:]


def _ordinal(day: int, old: str) -> str:
    new = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return new.upper() if old.isupper() else new


def shift(text: str, days: int, *, day_first: bool = False) -> str | None:
    """``text`` with every date in it moved; None where there is none."""
    found = find_dates(text, day_first=day_first)
    if not found:
        return None
    parts: list[str] = []
    at = 0
    for dated in found:
        parts += (text[at : dated.start], moved(dated, text, days))
        at = dated.end
    return "".join((*parts, text[at:]))


def tells_day_first(text: str) -> bool:
    """Whether a date between slashes or hyphens can only be read with the day before the month."""
    return any(
        not d.language
        and text[d.start : d.end].count(".") == 0
        and d.day is not None
        and d.day > 12
        and min(d.pieces, key=lambda piece: piece[1])[0] == "day"
        for d in find_dates(text)
    )
