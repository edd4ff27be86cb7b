"""Which made-up numbers and addresses are nobody's: ranges that authorities keep for examples.

Where there is no such range, the arithmetic of the number's own standard is broken, so that nobody can
issue it.

- Telephone: North America 555-0100 to 555-0199 (ATIS-0300115), numbers for drama of Ofcom, the ACMA,
  ARCEP, ComReg, the Bundesnetzagentur (notice 148/2021) and the PTS.
- E-mail: example.com, .net and .org (RFC 2606). IP: RFC 5737 and RFC 3849. MAC: 00-00-5E-00-53 (RFC 7042).
- Cards: a Luhn digit that is wrong (ISO/IEC 7812-1, annex B). IBANs: check digits that are wrong
  (ISO 13616-1, ISO/IEC 7064 MOD 97-10). The country, and the card's leading digit, stay.
- US social security numbers: area 666, never given out (SSA, POMS RM 10201.035). UK National Insurance
  numbers: prefixes not in use (HMRC, NIM39110). NHS numbers: 999, kept for tests (NHS Data Dictionary).
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

import phonenumbers

if TYPE_CHECKING:
    from collections.abc import Callable

    Pick = Callable[[int], int]

_PHONES: dict[int, tuple[str, ...]] = {
    1: tuple(
        f"{area}55501xx"
        for area in (202, 206, 212, 214, 303, 305, 312, 313, 404, 412, 415, 503, 512, 602, 615, 617, 702, 801)
    ),
    44: (
        "7700900xxx", "2079460xxx", "1632960xxx", "1134960xxx", "1144960xxx", "1154960xxx", "1214960xxx",
        "1314960xxx", "1414960xxx", "1514960xxx", "1614960xxx", "2890180xxx", "2920180xxx",
    ),
    61: tuple(f"{area}{block}xxxx" for area in (2, 3, 7, 8) for block in (5550, 7010)),
    33: ("19900xxxx", "26191xxxx", "35301xxxx", "46571xxxx", "53649xxxx", "63998xxxx"),
    353: ("2091xxxxx",),
    49: (
        "3023125xxx", "6990009xxx", "4066969xxx", "2214710xxx", "8999998xxx", "17139200xx", "176040690xx",
    ),
    46: tuple(f"7017406{tens}x" for tens in range(1, 10)),
}  # fmt: skip
"""By country code: national numbers kept for fiction; x is any digit."""
_MOBILE = {44: "7", 33: "6", 49: "17"}
_DOMAINS = ("example.com", "example.net", "example.org")
_NETS = ("192.0.2", "198.51.100", "203.0.113")
_NINO = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def made_up(entity: str, value: str, pick: Pick) -> str | None:
    """A value of the same form that is nobody's; None where there is no safe one for the entity or form.

    ``pick(n)`` answers 0 to n - 1, another one each time.
    """
    maker = _MAKERS.get(entity)
    return maker(value, pick) if maker else None


def _phone(value: str, pick: Pick) -> str | None:
    digits = _digits(value)
    number = _parsed(value, digits)
    if number is None:
        return None
    ranges = _PHONES.get(number.country_code or 0, ())
    mobile = _MOBILE.get(number.country_code or 0, "")
    national = str(number.national_number)
    if mobile:
        ranges = tuple(r for r in ranges if r.startswith(mobile) == national.startswith(mobile[0]))
    if not ranges:
        return None
    new = "".join(str(pick(10)) if c == "x" else c for c in ranges[pick(len(ranges))])
    if not digits.endswith(national):
        return None
    lead = digits[: len(digits) - len(national)]
    return laid_out(lead + new, value)


def _parsed(value: str, digits: str) -> phonenumbers.PhoneNumber | None:
    """The number, by its own country code, else as North American, else by a trunk zero of a known region."""
    tries: list[tuple[str, str | None]] = [(value, None)]
    if digits.startswith("00"):
        tries = [(f"+{digits[2:]}", None)]
    elif not value.lstrip(" (").startswith("+"):
        regions = ("GB", "AU", "FR", "DE", "IE", "SE") if digits.startswith("0") else ("US",)
        tries = [(value, region) for region in regions]
    for written, region in tries:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) or region == "US" or region is None:
            return number
    return None


def _card(value: str, pick: Pick) -> str | None:
    digits = _digits(value)
    if not 12 <= len(digits) <= 19:
        return None
    body = digits[0] + "".join(str(pick(10)) for _ in digits[2:])
    right = next(d for d in range(10) if _luhn_sum(body + str(d)) % 10 == 0)
    return laid_out(body + str((right + 1 + pick(9)) % 10), value)


def _luhn_sum(digits: str) -> int:
    return sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])


def _iban(value: str, pick: Pick) -> str | None:
    bare = "".join(c for c in value if c.isalnum()).upper()
    if not re.fullmatch(r"[A-Z]{2}\d\d[A-Z0-9]{8,30}", bare):
        return None
    rest = "".join(str(pick(10)) if c.isdigit() else chr(65 + pick(26)) for c in bare[4:])
    number = "".join(str(int(c, 36)) for c in f"{rest}{bare[:2]}00")
    right = 98 - int(number) % 97
    wrong = 2 + (right - 2 + 1 + pick(96)) % 97
    return laid_out(f"{bare[:2]}{wrong:02}{rest}", value)


def _ssn(value: str, pick: Pick) -> str | None:
    return laid_out(f"666{1 + pick(99):02}{1 + pick(9999):04}", value) if len(_digits(value)) == 9 else None


def _nino(value: str, pick: Pick) -> str | None:
    bare = "".join(c for c in value if c.isalnum())
    new = f"{_NINO[pick(len(_NINO))]}{pick(10**6):06}{'ABCD'[pick(4)]}"
    return laid_out(new[: len(bare)], value) if len(bare) in {8, 9} else None


def _nhs(value: str, pick: Pick) -> str | None:
    if len(_digits(value)) != 10:
        return None
    while True:
        body = f"999{pick(10**6):06}"
        check = -sum(w * int(d) for w, d in zip(range(10, 1, -1), body, strict=True)) % 11
        if check != 10:
            return laid_out(f"{body}{check}", value)


def _email(value: str, pick: Pick) -> str | None:
    if value.count("@") != 1:
        return None
    local = value.partition("@")[0]
    letters = "bcdfghjklmnpqrstvwxz"
    last = len(local) - 1
    new = ""
    for at, c in enumerate(local):
        if c.isdecimal():
            new += str(pick(10))
        elif c in "._-+" and 0 < at < last:
            new += c
        else:
            new += "aeiou"[pick(5)] if at % 2 else letters[pick(len(letters))]
    # A short one has too few forms for a session, and would stand inside other words.
    new += "".join(letters[pick(len(letters))] for _ in range(6 - sum(map(str.isalnum, new))))
    return f"{new}@{_DOMAINS[pick(len(_DOMAINS))]}"


def _ip(value: str, pick: Pick) -> str | None:
    try:
        address = ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        return None
    if address.version == 4:
        return f"{_NETS[pick(len(_NETS))]}.{1 + pick(254)}"
    return f"2001:db8::{1 + pick(0xFFFE):x}:{1 + pick(0xFFFE):x}"


def _mac(value: str, pick: Pick) -> str | None:
    bare = "".join(c for c in value if c.isalnum())
    new = f"00005e0053{pick(256):02x}"
    return laid_out(new.upper() if value.isupper() else new, value) if len(bare) == 12 else None


def _digits(value: str) -> str:
    return "".join(str(int(c)) for c in value if c.isdecimal())


def laid_out(characters: str, form: str) -> str:
    """The letters and digits in the groups of ``form``; as they are where there are more or fewer of them."""
    bare = "".join(c for c in characters if c.isalnum())
    if sum(map(str.isalnum, form)) != len(bare):
        return characters
    new = iter(bare)
    return "".join(next(new) if c.isalnum() else c for c in form)


_MAKERS: dict[str, Callable[[str, Pick], str | None]] = {
    "PHONE_NUMBER": _phone,
    "CREDIT_CARD": _card,
    "IBAN_CODE": _iban,
    "US_SSN": _ssn,
    "UK_NINO": _nino,
    "UK_NHS": _nhs,
    "EMAIL_ADDRESS": _email,
    "IP_ADDRESS": _ip,
    "MAC_ADDRESS": _mac,
}
GROUPED = frozenset(
    {"PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "UK_NINO", "UK_NHS", "MAC_ADDRESS"}
)
"""Entities whose separators are a matter of taste."""
MADE_UP = frozenset(_MAKERS)
"""Entities for which there are values that are nobody's."""
