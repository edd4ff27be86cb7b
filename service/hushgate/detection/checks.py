"""Which checks a rule may ask for by name: a closed list.

A check takes a candidate as it stands in a text, separators included, and says whether it passes. Besides the
names below there are ``stdnum.<module>`` for every module of python-stdnum (``stdnum.de.idnr``,
https://arthurdejong.org/python-stdnum/formats) and ``phone.<cc>`` for every region of libphonenumber.
"""

from __future__ import annotations

import importlib
import ipaddress
import re
import string
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias

import phonenumbers
import stdnum
from stdnum import iban as stdnum_iban
from stdnum.fi import hetu

from hushgate.detection import checksums
from hushgate.detection.phones import phone, phone_of
from hushgate.detection.randomness import json_web_token, random_looking

Check: TypeAlias = Callable[[str], bool]


def ip_address(text: str) -> bool:
    """An IPv4 or IPv6 address, with or without a prefix length, a zone or the brackets of a URL."""
    bare = text.strip("[]").partition("/")[0]
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return True


def iban(text: str) -> bool:
    """ISO 13616: a country's length and form, and the check digits; not a country's own rules beyond them."""
    compact = _SEPARATORS.sub("", _plain(text))
    try:
        remainder = int((compact[4:] + compact[:4]).translate(_NUMBERS)) % 97
    except ValueError:
        return False
    return remainder == 1 and _stdnum(partial(stdnum_iban.is_valid, check_country=False), compact)


_SEPARATORS = re.compile(r"[\W_]+")
_NUMBERS = {ord(form): str(int(form, 36)) for form in string.ascii_letters}
"""What a letter counts for in ISO 7064's MOD 97-10."""


def fi_personal_identity_code(text: str) -> bool:
    """A Finnish personal identity code, those of 900 to 999 too, which hospitals give out for a time."""
    return _stdnum(partial(hetu.is_valid, allow_temporary=True), text)


class _Checks(Mapping[str, Check]):
    """The names and the functions behind them; python-stdnum's modules are imported when asked for."""

    def __init__(self, own: Mapping[str, Check]) -> None:
        self._own = own

    def __getitem__(self, name: str) -> Check:
        if name in self._own:
            return self._own[name]
        kind, _, rest = name.partition(".")
        if kind == "phone" and rest.upper() in phonenumbers.SUPPORTED_REGIONS:
            return partial(phone_of, rest.upper())
        if kind == "stdnum" and rest in _stdnum_modules():
            return partial(_stdnum, importlib.import_module(f"stdnum.{rest}").is_valid)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (f"phone.{region.lower()}" for region in sorted(phonenumbers.SUPPORTED_REGIONS))
        yield from (f"stdnum.{module}" for module in sorted(_stdnum_modules()))

    def __len__(self) -> int:
        return sum(1 for _ in self)


_CHECKS_SOMETHING = re.compile(
    r"(?s)\A(?!.*DeprecationWarning).*?\n(?:def is_valid\(|from [^\n(]*import[^#\n]*\bis_valid\b)"
)
"""In a module's source: it has ``is_valid``, and is not kept for its old name alone."""


@cache
def _stdnum_modules() -> frozenset[str]:
    """``de.idnr`` and the like: what is there and can check, found without importing the modules."""
    root = Path(stdnum.__path__[0])
    files = [*root.glob("[a-z]*.py"), *root.glob("*/[a-z]*.py")]
    checking = (file for file in files if _CHECKS_SOMETHING.search(file.read_text("utf-8")))
    return frozenset(".".join(file.relative_to(root).with_suffix("").parts) for file in checking)


def _stdnum(is_valid: Check, text: str) -> bool:
    plain = _plain(text)
    try:
        # Modules differ in which separators they know; without any, all agree.
        return is_valid(plain) or is_valid(_SEPARATORS.sub("", plain))
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError):
        return False  # what trips the module over is not a number that it knows


def _plain(text: str) -> str:
    """The text with every digit as ASCII has it."""
    if text.isascii():
        return text
    return "".join(str(int(c)) if c.isdecimal() else c for c in unicodedata.normalize("NFKC", text))


def _standard(module: str) -> Check:
    return partial(_stdnum, importlib.import_module(f"stdnum.{module}").is_valid)


CHECKS: Mapping[str, Check] = _Checks(
    {
        "luhn": checksums.luhn,
        "mod11": checksums.mod11,
        "verhoeff": _standard("verhoeff"),
        "iban": iban,
        "bic": _standard("bic"),
        "aba": checksums.aba,
        "us_ssn": checksums.us_ssn,
        "us_itin": checksums.us_itin,
        "us_npi": checksums.us_npi,
        "us_dea": checksums.us_dea,
        "sg_nric": checksums.sg_nric,
        "hk_identity_card": checksums.hk_identity_card,
        "tw_national_id": checksums.tw_national_id,
        "kr_business_number": checksums.kr_business_number,
        "ru_snils": checksums.ru_snils,
        "nz_nhi": checksums.nz_nhi,
        "fi_personal_identity_code": fi_personal_identity_code,
        "nhs": _standard("gb.nhs"),
        "vin": checksums.vin,
        "imei": _standard("imei"),
        "mac": _standard("mac"),
        "ip": ip_address,
        "phone": phone,
        "date": checksums.calendar_date,
        "base58check": checksums.base58check,
        "bech32": checksums.bech32,
        "entropy": random_looking,
        "jwt": json_web_token,
    }
)
"""The closed list. ``name in CHECKS`` costs no import but that of the check itself."""
