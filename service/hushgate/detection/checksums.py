"""Which numbers are well formed by their own arithmetic, where no library of ours knows it.

Each function takes a candidate as it stands in a text, separators included, and says whether it passes.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NO_DIGITS_OR_LETTERS = re.compile(r"[\W_]+")


def compact(text: str) -> str:
    """Letters and digits alone, in upper case, decimal digits of every script as ASCII."""
    kept = _NO_DIGITS_OR_LETTERS.sub("", text).upper()
    return kept if kept.isascii() else "".join(str(int(c)) if c.isdecimal() else c for c in kept)


def luhn(text: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right doubled; not all digits the same."""
    digits = compact(text)
    if not (digits.isascii() and digits.isdigit()) or len(set(digits)) == 1:
        return False
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0


def aba(text: str) -> bool:
    """A US bank routing number: weights 3, 7, 1, and a prefix that is in use (ABA Routing Number Policy)."""
    digits = compact(text)
    if not (len(digits) == 9 and digits.isascii() and digits.isdigit()):
        return False
    prefix = int(digits[:2])
    in_use = 1 <= prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == 80
    return in_use and sum(map(int.__mul__, map(int, digits), (3, 7, 1) * 3)) % 10 == 0


def us_ssn(text: str) -> bool:
    """A US social security number as issued since 2011: no area 000, 666 or 9xx, no group 00, no serial 0000.

    https://www.ssa.gov/employer/randomization.html
    """
    digits = compact(text)
    if not (len(digits) == 9 and digits.isascii() and digits.isdigit()) or len(set(digits)) == 1:
        return False
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in {"000", "666"} and area[0] != "9" and group != "00" and serial != "0000"


def us_itin(text: str) -> bool:
    """A US individual taxpayer number: 9xx, group 50-65, 70-88, 90-92 or 94-99 (IRS, form W-7)."""
    digits = compact(text)
    if not (len(digits) == 9 and digits.isascii() and digits.isdigit() and digits[0] == "9"):
        return False
    group = int(digits[3:5])
    return 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99


def us_npi(text: str) -> bool:
    """A US national provider identifier: Luhn over 80840 and its ten digits (45 CFR 162.406)."""
    digits = compact(text)
    return len(digits) == 10 and digits[0] in "12" and luhn(f"80840{digits}")


def us_dea(text: str) -> bool:
    """A US DEA registration: two letters, six digits, and a digit that ends (d1+d3+d5) + 2 (d2+d4+d6)."""
    code = compact(text)
    if not re.fullmatch(r"[A-Z][A-Z9][0-9]{7}", code):
        return False
    digits = [int(digit) for digit in code[2:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def mod11(text: str) -> bool:
    """Weights 2, 3, 4 … from the right over all but the last digit, which makes the sum divisible by 11."""
    digits = compact(text)
    if not re.fullmatch(r"[0-9]+[0-9X]", digits):
        return False
    last = 10 if digits[-1] == "X" else int(digits[-1])
    return (sum(weight * int(digit) for weight, digit in enumerate(digits[-2::-1], 2)) + last) % 11 == 0


_VIN_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(text: str) -> bool:
    """A vehicle identification number with the check digit of 49 CFR 565.15."""
    code = compact(text)
    if not re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", code):
        return False
    total = sum(weight * _VIN_VALUES[c] for weight, c in zip(_VIN_WEIGHTS, code, strict=True))
    return code[8] == "0123456789X"[total % 11] and len(set(code)) > 1


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58check(text: str) -> bool:
    """Base58 whose last four bytes are a double SHA-256 of the rest (https://en.bitcoin.it/wiki/Base58Check_encoding)."""
    number = 0
    for character in text:
        place = _BASE58.find(character)
        if place < 0:
            return False
        number = number * 58 + place
    zeros = len(text) - len(text.lstrip("1"))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    return len(data) > 4 and hashlib.sha256(hashlib.sha256(data[:-4]).digest()).digest()[:4] == data[-4:]


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32(text: str) -> bool:
    """Bech32 or Bech32m (BIP 173, BIP 350): one case, a known alphabet, a polynomial of 1 or 0x2bc830a3."""
    code = text.lower()
    if text not in {code, text.upper()}:
        return False
    prefix, one, data = code.rpartition("1")
    if not (one and prefix.isascii() and len(data) >= 6 and set(data) <= set(_BECH32)):
        return False
    high, low = [ord(c) >> 5 for c in prefix], [ord(c) & 31 for c in prefix]
    rest = 1
    for value in (*high, 0, *low, *map(_BECH32.find, data)):
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            rest ^= term if top >> bit & 1 else 0
    return rest in {1, 0x2BC830A3}


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def calendar_date(text: str) -> bool:
    """A day that exists, in the order Y-M-D, D-M-Y or M-D-Y, the month in digits or in English."""
    parts = re.findall(r"\d+|[^\W\d_]{3,}", text)
    if len(parts) == 1 and len(whole := parts[0]) == 8:
        orders = [(whole[:4], whole[4:6], whole[6:]), (whole[4:], whole[2:4], whole[:2])]
        orders.append((whole[4:], whole[:2], whole[2:4]))
    elif len(parts) == 3:
        one, two, three = (_month(part) for part in parts)
        orders = [(one, two, three), (three, two, one), (three, one, two)]
    else:
        return False
    return any(_day(*order) for order in orders)


def _month(part: str) -> str:
    name = part[:3].lower()
    return str(_MONTHS.index(name) + 1) if name in _MONTHS else part


def _day(year: str, month: str, day: str) -> bool:
    if not (year.isdecimal() and month.isdecimal() and day.isdecimal()) or len(day) > 2:
        return False
    try:
        date(int(year) + (2000 if len(year) <= 2 else 0), int(month), int(day))
    except ValueError:
        return False
    return True


def sg_nric(text: str) -> bool:
    """A Singaporean NRIC or FIN: weights 2, 7, 6, 5, 4, 3, 2, an offset by the first letter, a check letter.

    https://www.ica.gov.sg/documents/identity-card
    """
    number = compact(text)
    if not re.fullmatch(r"[STFGM][0-9]{7}[A-Z]", number):
        return False
    letters, offset = {
        "S": ("JZIHGFEDCBA", 0),
        "T": ("JZIHGFEDCBA", 4),
        "F": ("XWUTRQPNMLK", 0),
        "G": ("XWUTRQPNMLK", 4),
        "M": ("XWUTRQPNJLK", 3),
    }[number[0]]
    return letters[(_weighed(number[1:8], (2, 7, 6, 5, 4, 3, 2)) + offset) % 11] == number[8]


def hk_identity_card(text: str) -> bool:
    """A Hong Kong identity card: letters as 10 to 35, a missing first one as 36, weights 9 to 2, modulo 11.

    https://www.immd.gov.hk/
    """
    number = compact(text)
    if not re.fullmatch(r"[A-Z]{1,2}[0-9]{6}[0-9A]", number):
        return False
    letters, digits, check = number[:-7], number[-7:-1], int(number[-1], 11)
    values = [36] * (2 - len(letters)) + [ord(letter) - 55 for letter in letters]
    total = 9 * values[0] + 8 * values[1] + _weighed(digits, (7, 6, 5, 4, 3, 2))
    return (total + check) % 11 == 0


def tw_national_id(text: str) -> bool:
    """A Taiwanese identity number: a letter as two digits, weights 1, 9, 8 … 1 and 1, modulo 10.

    https://en.wikipedia.org/wiki/National_identification_card_(Taiwan)
    """
    number = compact(text)
    if not re.fullmatch(r"[A-Z][0-9]{9}", number):
        return False
    letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    return (letter // 10 + 9 * (letter % 10) + _weighed(number[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def kr_business_number(text: str) -> bool:
    """A Korean business number: weights 1, 3, 7, 1, 3, 7, 1, 3, 5 and the tens of the last product.

    https://www.hometax.go.kr/
    """
    digits = compact(text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    total = _weighed(digits[:9], (1, 3, 7, 1, 3, 7, 1, 3, 5)) + 5 * int(digits[8]) // 10
    return -total % 10 == int(digits[9])


def ru_snils(text: str) -> bool:
    """A Russian insurance number: weights 9 to 1, modulo 101; 100 is written 00.

    https://sfr.gov.ru/grazhdanam/individual_account/
    """
    digits = compact(text)
    if not re.fullmatch(r"[0-9]{11}", digits):
        return False
    return _weighed(digits[:9], range(9, 0, -1)) % 101 % 100 == int(digits[9:])


def nz_nhi(text: str) -> bool:
    """A New Zealand health index number: the old form modulo 11, the new one 23, before 2022 24.

    HISO 10046 Consumer Health Identity Standard.
    """
    number = compact(text)
    if not re.fullmatch(r"[A-HJ-NP-Z]{3}(?:[0-9]{4}|[0-9]{2}[A-HJ-NP-Z]{2})", number):
        return False
    letters = "0ABCDEFGHJKLMNPQRSTUVWXYZ"
    values = [int(c) if c.isdigit() else letters.index(c) for c in number]
    total = sum(value * weight for value, weight in zip(values, range(7, 1, -1), strict=False))
    if number[6].isdigit():
        return total % 11 != 0 and -total % 11 % 10 == values[6]
    return values[6] in {23 - total % 23, 24 - total % 24}


def _weighed(digits: str, weights: Iterable[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
