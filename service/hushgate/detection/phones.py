"""Whether a candidate is a telephone number: libphonenumber's answer, and numbers it must not refuse.

libphonenumber knows which ranges are assigned; numbers kept for fiction and examples are not, and yet people
write them into tickets and tests. They count as telephone numbers here.
"""

from __future__ import annotations

import re

import phonenumbers

TRUNK_ZERO = ("GB", "DE", "FR", "AU", "IN", "IE", "NL", "BE", "AT", "CH", "SE", "NZ", "ZA", "JP", "IT")
"""Regions in which a number that begins with 0 is looked up."""

_NANP = re.compile(r"1?([2-9]\d\d)(\d{3})(\d{4})")
_NANP_GROUPS = re.compile(r"(?:\+?1[ .–-]*)?\(?\d{3}\)?[ .–/-]*\d{3}[ .–-]+\d{4}")
_FICTION = re.compile(
    r"""(?x) \+1 [2-9]\d\d 555 01\d\d # NANPA
    | \+44 (?: 7700900 | 1632960 | 2079460 | (?: 113|114|115|116|117|118|121|131|141|151|161 ) 4960
             | 2890180 | 2920180 | 1914980 | 8081570 | 9098790 | 3069990 ) \d{3}  # Ofcom, for drama
    | \+61 (?: [2378] (?: 5550 | 7010 ) \d{4} | 491570\d{3} | 1800975[67]\d\d )  # ACMA
    | \+33 (?: 19900 | 26191 | 35301 | 46571 | 53649 | 63998 ) \d{4}             # ARCEP
    | \+353 20 91\d{5}                                                           # ComReg
    """
)


def phone(text: str) -> bool:
    """A number with its country code, of North America, or with a trunk zero of one of ``TRUNK_ZERO``."""
    if text.lstrip(" (").startswith("+"):
        return _international(text)
    digits = re.sub(r"\D", "", text)
    if digits.startswith("00") and _international(f"+{digits[2:]}"):
        return True
    if digits.startswith("011") and _international(f"+{digits[3:]}"):
        return True
    if digits.startswith("0"):
        return any(phone_of(region, text) for region in TRUNK_ZERO)
    return _north_american(digits, grouped=_NANP_GROUPS.match(text.strip()) is not None)


def phone_of(region: str, text: str) -> bool:
    """A number as it is dialled within ``region`` (ISO 3166), or with its country code."""
    number = _parsed(text, region)
    if number is None:
        return False
    return phonenumbers.is_valid_number_for_region(number, region) or _fiction(number)


def _international(text: str) -> bool:
    number = _parsed(text, None)
    return number is not None and phonenumbers.is_possible_number(number)


def _north_american(digits: str, *, grouped: bool) -> bool:
    """The plan's own form; a bare run of ten digits must also be assigned, or kept for fiction."""
    form = _NANP.fullmatch(digits)
    if form is None or form[1][1:] == "11":
        return False
    if grouped or (form[2] == "555" and form[3] < "0200"):
        return True
    number = _parsed(f"+1{''.join(form.groups())}", None)
    return number is not None and phonenumbers.is_valid_number(number)


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _fiction(number: phonenumbers.PhoneNumber) -> bool:
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return _FICTION.fullmatch(whole) is not None
