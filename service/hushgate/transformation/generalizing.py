"""What a coarser value looks like: a year, an age band, a postcode's area, a number's magnitude.

Ages, birth years and ZIP codes follow the Safe Harbor method of HIPAA, 45 CFR 164.514(b)(2)(i).
"""

from __future__ import annotations

import re

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ZIP = re.compile(r"\s*(\d{5})(?:[ -]?\d{4})?\s*")
_SMALL = frozenset(
    f"{area:03}"
    for area in (36, 59, 63, 102, 203, 556, 692, 790, 821, 823, 830, 831, 878, 879, 884, 890, 893)
)
"""ZIP areas of 20,000 people or fewer by the census of 2000 (HHS guidance on de-identification, 2012)."""
_OUTWARD = re.compile(r"(?i)\s*([A-Z]{1,2}[0-9][A-Z0-9]?)[\s-]*[0-9][A-Z]{2}\s*")
_AGE = re.compile(r"(?i)\s*(\d{1,3})\b(?:\D.*)?")
_OLD = 90
"""All ages from here on are one."""
_OLD_BIRTH = 1940
"""Years of birth before this may tell that somebody is 90 or older; holds until 2029 has ended."""
_NUMBER = re.compile(r"([-−]?)(\d{1,3}(?:[ ,.']\d{3})+|\d{1,15})(?:[.,]\d{1,2})?")


def generalize(entity: str, value: str) -> str:
    """A coarser value for dates, ages, postcodes and plain numbers; else ``[ENTITY]``."""
    if entity in {"DATE_TIME", "DATE_OF_BIRTH"} and (year := _YEAR.search(value)):
        old = entity == "DATE_OF_BIRTH" and int(year.group()) < _OLD_BIRTH
        return f"before {_OLD_BIRTH}" if old else year.group()
    if entity in {"POSTCODE", "ZIP_CODE"}:
        return _postal_area(value)
    if entity == "AGE" and (age := _AGE.fullmatch(value)):
        return _age_band(int(age[1]))
    if entity == "FIELD_VALUE" and (number := _NUMBER.fullmatch(value.strip())):
        return _magnitude(number)
    return f"[{entity}]"


def _age_band(age: int) -> str:
    decade = age // 10 * 10
    return f"{_OLD}+" if age >= _OLD else f"{decade}-{decade + 9}"


def _postal_area(value: str) -> str:
    """A ZIP's first three digits (000 where few live), a British outward code, else the first half."""
    if found := _ZIP.fullmatch(value):
        area = found[1][:3]
        return f"{'000' if area in _SMALL else area}**"
    if found := _OUTWARD.fullmatch(value):
        return found[1].upper()
    bare = "".join(c for c in value.upper() if c.isalnum())
    shown = min(3, len(bare) // 2)
    return f"{bare[:shown]}{'*' * (len(bare) - shown)}"


def _magnitude(number: re.Match[str]) -> str:
    """The powers of ten that its whole part lies between: 88.40 is in 10-99."""
    digits = str(int("".join(filter(str.isdecimal, number[2]))))
    low = 10 ** (len(digits) - 1) if digits != "0" else 0
    high = 10 ** len(digits) - 1
    return f"-{high} to -{low}" if number[1] else f"{low}-{high}"
