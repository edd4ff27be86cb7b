"""Recall of values in disguise, one and two disguises at a time, beside Presidio on the same texts.

    python benchmarks/disguises.py [--values N] [--pairs N] [--seed S] [--hushgate] [--show N]

Values of six kinds (test cards, SSNs of valid shape, IBANs, example.com addresses, 555-01xx phones, account
numbers) stand in sentences as customers write them. A value counts as found when findings, of whatever entity
and at whatever score the engine reports, cover every character of its disguise. Presidio is stock
AnalyzerEngine on a tokenizer, once on the texts and once on their NFKC without zero-width characters.
"""

from __future__ import annotations

import argparse
import base64
import logging
import platform
import random
import re
import time
import unicodedata
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import spacy
from speed import stock
from stdnum import luhn

from hushgate.assembly import pack_files
from hushgate.detection.packs import read_packs
from hushgate.detection.patterns import Patterns
from hushgate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Draw = random.Random

KINDS = ("card", "ssn", "iban", "email", "phone", "account")
NUMBERS = ("card", "ssn", "phone", "account")
WRITTEN = (*NUMBERS, "iban")


@dataclass(frozen=True, slots=True)
class Value:
    """A value and the groups in which people write it."""

    kind: str
    groups: tuple[str, ...]
    text: str


if TYPE_CHECKING:
    Form = Callable[[Value, Draw], str | None]
    Written = Callable[[str, Draw], str]

# --- values ---

BINS = (
    *(("411111", 16), ("424242", 16), ("400000", 16), ("555555", 16), ("510510", 16), ("222300", 16)),
    *(("378282", 15), ("371449", 15), ("601111", 16), ("353011", 16), ("305693", 14), ("385200", 14)),
)
IBANS = {
    "DE": "18n",
    "GB": "4a14n",
    "FR": "23n",
    "ES": "20n",
    "NL": "4a10n",
    "BE": "12n",
    "AT": "16n",
    "IE": "4a14n",
}
FIRST = ("dana", "priya", "tom", "alisa", "marek", "joy", "samir", "lena", "oscar", "wei", "ruth", "ivan")
LAST = ("whitfield", "keller", "novak", "osei", "brandt", "li", "moreau", "ortega", "kapoor", "hale")


def digits(draw: Draw, count: int) -> str:
    """So many digits, the first not a zero."""
    return draw.choice("123456789") + "".join(draw.choices("0123456789", k=count - 1))


def split(text: str, *sizes: int) -> tuple[str, ...]:
    """The text in groups of these sizes."""
    found, at = [], 0
    for size in sizes:
        found.append(text[at : at + size])
        at += size
    return tuple(group for group in found if group)


def written(draw: Draw, kind: str, groups: tuple[str, ...], marks: tuple[str, ...]) -> Value:
    """The groups with one of the usual marks between them."""
    return Value(kind, groups, draw.choice(marks).join(groups))


def card(draw: Draw) -> Value:
    """A Luhn-valid number of a BIN that issuers publish for tests."""
    bin_, length = draw.choice(BINS)
    body = bin_ + "".join(draw.choices("0123456789", k=length - 7))
    number = body + luhn.calc_check_digit(body)
    sizes = (4, 4, 4, 4) if length == 16 else (4, 6, length - 10)
    return written(draw, "card", split(number, *sizes), ("", " ", "-"))


def ssn(draw: Draw) -> Value:
    """A number of an area, group and serial that may be."""
    area = draw.choice([each for each in range(1, 900) if each != 666])
    return written(
        draw,
        "ssn",
        (f"{area:03}", f"{draw.randrange(1, 100):02}", f"{draw.randrange(1, 10000):04}"),
        ("-", " ", ""),
    )


def iban(draw: Draw) -> Value:
    """A number of some country's length with its check digits."""
    country = draw.choice(list(IBANS))
    bban = ""
    for count, what in re.findall(r"(\d+)([na])", IBANS[country]):
        bban += "".join(draw.choices("0123456789" if what == "n" else "ABCDEFGHKLMNRTW", k=int(count)))
    number = "".join(str(int(c, 36)) for c in f"{bban}{country}00")
    number = f"{country}{98 - int(number) % 97:02}{bban}"
    return written(draw, "iban", split(number, *[4] * 8), ("", " "))


def email(draw: Draw) -> Value:
    """An address at a host that is reserved for examples."""
    first, last = draw.choice(FIRST), draw.choice(LAST)
    local = draw.choice(
        [
            f"{first}.{last}",
            f"{first}_{last}",
            f"{first}{draw.randrange(10, 99)}",
            f"{first[0]}{last}",
            f"{first}-{last}",
        ]
    )
    host = draw.choice(["example.com", "example.org", "example.net", "mail.example.com"])
    return Value("email", (local, host), f"{local}@{host}")


def phone(draw: Draw) -> Value:
    """A number of those that are reserved for fiction."""
    area = draw.choice(["212", "415", "202", "312", "617", "713", "404", "206", "503", "305"])
    groups = (area, "555", f"01{draw.randrange(100):02}")
    marks = draw.choice(["{}-{}-{}", "({}) {}-{}", "{}.{}.{}", "{} {} {}", "+1 {} {} {}", "1-{}-{}-{}"])
    return Value("phone", groups, marks.format(*groups))


def account(draw: Draw) -> Value:
    """Eight to twelve digits."""
    number = digits(draw, draw.choice([8, 9, 10, 11, 12]))
    return written(draw, "account", split(number, *[4] * 3), ("", "", " ", "-"))


MAKERS = {"card": card, "ssn": ssn, "iban": iban, "email": email, "phone": phone, "account": account}
SENTENCES = {
    "card": (
        "hi, my card {} was declined twice today",
        "please charge it to {} instead, thanks",
        "the number on my visa is {} and it expires in may",
        "I paid with {} last week and was charged twice",
        "Card number {}, name on it is the same as before",
        "so the credit card is {}. can you see the refund?",
    ),
    "ssn": (
        "my social is {} if you need it",
        "ssn {}, can you find me now?",
        "The last agent asked for my social security number, it's {}",
        "my social security number is {} and I was born in june",
        "here is my SSN: {}",
        "sure, social security {}, anything else?",
    ),
    "iban": (
        "please refund it to {} and close the case",
        "my iban is {}, thanks",
        "You can wire it to IBAN {} this week",
        "the bank account for the refund: {}",
    ),
    "email": (
        "my email is {} and nothing arrived",
        "please send the receipt to {} today",
        "You can write me, {}, whenever it ships",
        "I signed up with {} last year",
        "email: {}",
    ),
    "phone": (
        "call me on {} after six please",
        "my phone number is {}, evenings are best",
        "You can reach me at {} today",
        "the mobile on the order should be {}",
        "text {} when the driver is near",
    ),
    "account": (
        "my account number is {} and I cannot log in",
        "account number {}, the bill is wrong again",
        "acct no {} please",
        "Hi, my account number: {}, why was it closed?",
        "it is about account number {} that I opened in may",
    ),
}

# --- disguises: how it is written ---

ONES = dict(
    zip(
        "0123456789",
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        strict=True,
    )
)
TENS = dict(
    zip(
        "23456789",
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        strict=True,
    )
)
TEENS = dict(
    zip(
        "0123456789",
        [
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        strict=True,
    )
)
TIMES = {2: "double", 3: "triple"}


def spelled(zero: str = "zero", gap: str = " ", between: str = " ") -> Form:
    """Each digit a word; letters stay, each alone."""

    def form(value: Value, _: Draw) -> str:
        ones = ONES | {"0": zero}
        return between.join(gap.join(ones.get(c, c) for c in group) for group in value.groups)

    return form


def with_times(value: Value, draw: Draw) -> str:
    """Digits that follow themselves are doubled and tripled."""
    ones = ONES | {"0": draw.choice(["oh", "zero"])}
    words = []
    for run in re.finditer(r"(.)\1{0,2}", "".join(value.groups)):
        word = ones.get(run[1], run[1])
        words.append(f"{TIMES[len(run[0])]} {word}" if len(run[0]) > 1 else word)
    return " ".join(words)


def in_pairs(value: Value, _: Draw) -> str:
    """Two digits at a time, as phone numbers are said: forty-one, eleven, oh five."""
    words = []
    for pair in re.finditer(r"\d\d|.", "".join(value.groups)):
        both = pair[0]
        if len(both) == 1:
            words.append(ONES.get(both, both))
        elif both[0] == "0":
            words.append(f"oh {'oh' if both[1] == '0' else ONES[both[1]]}")
        elif both[0] == "1":
            words.append(TEENS[both[1]])
        else:
            words.append(TENS[both[0]] + ("" if both[1] == "0" else f" {ONES[both[1]]}"))
    return " ".join(words)


def with_hundreds(value: Value, _: Draw) -> str | None:
    """A hundred or a thousand where the digits let it be said."""
    text = re.sub(r"(?<!\d00)([1-9])(000|00)(?!0)", r"<\1\2>", "".join(value.groups))
    if "<" not in text:
        return None
    words = []
    for each in re.finditer(r"<(\d)(0+)>|(.)", text):
        scale = "thousand" if each[2] == "000" else "hundred"
        words.append(f"{ONES[each[1]]} {scale}" if each[1] else (ONES | {"0": "oh"})[each[3]])
    return " ".join(words)


def half_spelled(value: Value, draw: Draw) -> str:
    """Some digits words, some digits, one by one."""
    return " ".join(ONES.get(c, c) if draw.random() < 0.5 else c for c in "".join(value.groups))


def with_fillers(value: Value, draw: Draw) -> str:
    """Words, and between groups what people say while they read."""
    return draw.choice([" uh ", ", um ", " then ", ", and "]).join(
        " ".join(ONES.get(c, c) for c in group) for group in value.groups
    )


def separated(*marks: str, single: bool = False) -> Form:
    """The groups, or each character, with one of the marks between them."""

    def form(value: Value, draw: Draw) -> str:
        return draw.choice(marks).join("".join(value.groups) if single else value.groups)

    return form


def mixed_marks(value: Value, draw: Draw) -> str:
    """Another mark in each gap."""
    text = value.groups[0]
    for group in value.groups[1:]:
        text += draw.choice([".", "/", " - ", "–", "  ", "_", "\u00a0"]) + group
    return text


def swapped(value: Value, draw: Draw) -> str | None:
    """One or two digits as letters that look like them."""
    swaps = {"0": "Oo", "1": "lI", "5": "S", "8": "B"}
    start = 4 if value.kind == "iban" else 1
    places = [at for at, c in enumerate(value.text) if at >= start and c in swaps]
    if not places:
        return None
    text = list(value.text)
    for at in draw.sample(places, min(len(places), draw.choice([1, 2]))):
        text[at] = draw.choice(swaps[text[at]])
    return "".join(text)


def backwards(value: Value, _: Draw) -> str:
    """From its end."""
    return value.text[::-1]


def address(at: str, dot: str, *, all_dots: bool = False) -> Form:
    """An e-mail address with other marks."""

    def form(value: Value, _: Draw) -> str:
        local, host = value.groups
        return f"{local.replace('.', dot) if all_dots else local}{at}{host.replace('.', dot)}"

    return form


def letter_by_letter(value: Value, _: Draw) -> str:
    """An address spelled out."""
    local, host = value.groups
    names = {".": "dot", "_": "underscore", "-": "dash"} | ONES
    return f"{' '.join(names.get(c, c) for c in local)} at {host.replace('.', ' dot ')}"


FORMS: dict[str, tuple[tuple[str, ...], Callable[[Value, Draw], str | None]]] = {
    "dots": (WRITTEN, separated(".")),
    "slashes": (WRITTEN, separated("/", "\\")),
    "en dash, em dash, minus": (WRITTEN, separated("–", "—", "\u2212", "\u2010", "\u2011")),
    "underscores": (WRITTEN, separated("_")),
    "NBSP, thin spaces": (WRITTEN, separated("\u00a0", "\u2009", "\u202f", "\u3000")),
    "several spaces, tabs": (WRITTEN, separated("  ", "   ", "\t", " \t ")),
    "new lines": (WRITTEN, separated("\n", "\r\n", " \n")),
    "spaced dash, dot, slash": (WRITTEN, separated(" - ", " . ", " / ", " – ")),
    "emoji": (WRITTEN, separated("💳", " 🙂 ", "➖", "▪️")),
    "other marks": (WRITTEN, separated("*", "|", ":", "~", "=", "+", "•", "·", ",", "#")),
    "brackets": (WRITTEN, lambda v, _: ")(".join(v.groups)),
    "another mark in each gap": (WRITTEN, mixed_marks),
    "one by one, spaces": (WRITTEN, separated(" ", single=True)),
    "one by one, dashes": (WRITTEN, separated("-", "–", single=True)),
    "one by one, other marks": (WRITTEN, separated(".", ",", ", ", "_", "/", "*", "\n", "  ", single=True)),
    "spelled": (NUMBERS, spelled()),
    "spelled, commas": (NUMBERS, spelled("oh", " ", ", ")),
    "spelled, dashes": (NUMBERS, spelled("zero", "-", "-")),
    "SPELLED": (NUMBERS, lambda v, d: str(spelled("oh")(v, d)).upper()),
    "spelled, double and triple": (NUMBERS, with_times),
    "spelled in pairs": (NUMBERS, in_pairs),
    "spelled, hundred and thousand": (NUMBERS, with_hundreds),
    "half spelled": (NUMBERS, half_spelled),
    "spelled with fillers": (NUMBERS, with_fillers),
    "spelled IBAN": (("iban",), spelled("zero", " ", " ")),
    "letters for digits": (WRITTEN, swapped),
    "backwards": (("card", "ssn", "account", "phone"), backwards),
    "at, dot": (("email",), address(" at ", " dot ")),
    "at, dot everywhere": (("email",), address(" at ", " dot ", all_dots=True)),
    "AT, DOT": (("email",), address(" AT ", " DOT ")),
    "(at), [dot]": (("email",), address(" (at) ", " [dot] ")),
    "[at], dot kept": (("email",), address("[at]", ".")),
    "spaces at the marks": (("email",), address(" @ ", " . ")),
    "letter by letter": (("email",), letter_by_letter),
}

# --- disguises: its characters ---

DECIMALS = [
    c
    for c in map(chr, range(0x80, 0x110000))
    if unicodedata.category(c) == "Nd" and unicodedata.digit(c) == 0
]
MATHEMATICAL = [c for c in DECIMALS if 0x1D7CE <= ord(c) <= 0x1D7F6]
SCRIPTS = [c for c in DECIMALS if c not in MATHEMATICAL and c != "０"]


def sprinkled(marks: str) -> Written:
    """Some of the marks between characters, here and there or everywhere."""

    def change(text: str, draw: Draw) -> str:
        often = draw.choice([0.15, 0.5, 1.0])
        inside = [i for i in range(1, len(text)) if draw.random() < often] or [len(text) // 2]
        return "".join((draw.choice(marks) if i in inside else "") + c for i, c in enumerate(text))

    return change


def in_digits(zeros: list[str] | str, *, each: bool = False) -> Written:
    """The digits of another script, or each digit of its own."""

    def change(text: str, draw: Draw) -> str:
        zero = draw.choice(zeros)
        return "".join(
            chr(ord(draw.choice(zeros) if each else zero) + int(c)) if c in ONES else c for c in text
        )

    return change


def replaced(table: dict[str, str], *, least: int = 1) -> Written:
    """Some of the characters that the table has as it has them; at least one."""

    def change(text: str, draw: Draw) -> str:
        places = [at for at, c in enumerate(text) if c in table]
        if len(places) < least:
            return text
        chosen = set(draw.sample(places, draw.randint(least, len(places))))
        return "".join(table[c] if at in chosen else c for at, c in enumerate(text))

    return change


def all_replaced(table: dict[int, str]) -> Written:
    """Every character as the table has it."""
    return lambda text, _: text.translate(table)


FULLWIDTH = {code: chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
BOLD = {
    ord(c): chr(0x1D400 + i) for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}
BOLD |= {ord("0") + i: chr(0x1D7CE + i) for i in range(10)}
CIRCLED = dict(zip("0123456789", "⓪①②③④⑤⑥⑦⑧⑨", strict=True))
SUPERSCRIPT = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
CYRILLIC = dict(zip("aceopxyijsABCEHKMOPTX", "асеорхуіјѕАВСЕНКМОРТХ", strict=True))
GREEK = dict(zip("oaviABEHIKMNOPTXYZ", "οανιΑΒΕΗΙΚΜΝΟΡΤΧΥΖ", strict=True))


CHARACTERS: dict[str, tuple[tuple[str, ...], Callable[[str, Draw], str]]] = {
    "zero-width": (KINDS, sprinkled("\u200b\u200c\u200d\u2060\ufeff")),
    "soft hyphen": (KINDS, sprinkled("\u00ad")),
    "bidi marks": (KINDS, sprinkled("\u200e\u200f\u202a\u202c\u202d\u2066\u2068\u2069\u061c")),
    "other format characters": (
        KINDS,
        sprinkled("\u180e\u2061\u2063\u206f\u034f\ufe0f\U000e0020\u3164\u115f"),
    ),
    "control characters": (KINDS, sprinkled("\x00\x01\x1f\x7f")),
    "struck through": (WRITTEN, lambda t, _: "".join(c + "\u0336" if c.isalnum() else c for c in t)),
    "keycaps": (NUMBERS, lambda t, _: "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in t)),
    "fullwidth": (KINDS, all_replaced(FULLWIDTH)),
    "mathematical": (KINDS, all_replaced(BOLD)),
    "circled": (WRITTEN, replaced(CIRCLED, least=2)),
    "superscript": (WRITTEN, replaced(SUPERSCRIPT, least=2)),
    "Arabic-Indic digits": (WRITTEN, in_digits("٠۰")),
    "Devanagari digits": (WRITTEN, in_digits("०")),
    "digits of any script": (WRITTEN, in_digits(SCRIPTS)),
    "each digit of another script": (WRITTEN, in_digits([*SCRIPTS, *MATHEMATICAL], each=True)),
    "Cyrillic letters": (("email", "iban"), replaced(CYRILLIC)),
    "Greek letters": (("email", "iban"), replaced(GREEK)),
}

# --- disguises: its encoding ---


def _base64(text: str, draw: Draw) -> str:
    code = draw.choice([base64.b64encode, base64.urlsafe_b64encode])(text.encode()).decode()
    return code.rstrip("=") if draw.random() < 0.3 else code


def _hex(text: str, draw: Draw) -> str:
    code = text.encode().hex(draw.choice([" ", ":", "-"])) if draw.random() < 0.4 else text.encode().hex()
    return draw.choice([code, code.upper(), f"0x{code}" if code.isalnum() else code])


def _units(text: str) -> list[int]:
    data = text.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


ENCODINGS: dict[str, tuple[tuple[str, ...], Callable[[str, Draw], str]]] = {
    "base64": (KINDS, _base64),
    "hexadecimal": (KINDS, _hex),
    "percent": (KINDS, lambda t, _: "".join(f"%{b:02X}" for b in t.encode())),
    "percent, as URLs are": (KINDS, lambda t, _: quote(t, safe="")),
    "HTML entities": (KINDS, lambda t, d: "".join(d.choice([f"&#{ord(c)};", f"&#x{ord(c):x};"]) for c in t)),
    "JSON escapes": (KINDS, lambda t, _: "".join(f"\\u{unit:04x}" for unit in _units(t))),
    "escapes of bytes": (KINDS, lambda t, _: "".join(f"\\x{b:02x}" for b in t.encode())),
}

# --- disguises: what stands right before it ---

GLUES = {
    "card": ("card", "card:", "cc", "visa", "card#", "Card="),
    "ssn": ("ssn", "ssn:", "SSN#", "social", "ssn="),
    "iban": ("iban", "iban:", "IBAN=", "to:"),
    "email": ("email:", "mail=", "to:", "mailto:"),
    "phone": ("tel:", "phone", "ph:", "call", "tel="),
    "account": ("acct", "acc", "account", "acct:", "account#"),
}

PLAIN, GLUED = "as written", "glued to its name"


def disguised(names: tuple[str, ...], value: Value, draw: Draw) -> tuple[str, str] | None:
    """What stands right before the value, and the value in all these disguises; None: it cannot be."""
    text: str | None = value.text
    glue = ""
    for name in names:
        if text is None:
            return None
        if name in FORMS:
            text = FORMS[name][1](value, draw)
        elif name in CHARACTERS:
            text = CHARACTERS[name][1](text, draw)
        elif name in ENCODINGS:
            text = ENCODINGS[name][1](text, draw)
        elif name == GLUED:
            glue = draw.choice(GLUES[value.kind])
            if glue[-1].isalpha() and not text[0].isdigit():
                return None
    changed = text != value.text or GLUED in names or names == (PLAIN,)
    return (glue, text) if text and changed else None


def kinds_of(name: str) -> tuple[str, ...]:
    """Which values can have the disguise."""
    for table in (FORMS, CHARACTERS, ENCODINGS):
        if name in table:
            return table[name][0]
    return KINDS


def layers() -> tuple[tuple[str, ...], ...]:
    """Disguises in the order in which one may come over another."""
    return tuple(FORMS), tuple(CHARACTERS), tuple(ENCODINGS), (GLUED,)


APART = {
    ("letters for digits", "mathematical"),  # a letter among other digits looks like none
    *(
        ("letters for digits", name)
        for name in CHARACTERS
        if "digits" in name or name in {"circled", "superscript"}
    ),
    *((name, GLUED) for name in FORMS if "spelled" in name.lower() or kinds_of(name) == ("email",)),
    *((name, GLUED) for name in ENCODINGS),
}
"""Pairs that nobody could read, or that do not go together."""


def pairs() -> Iterator[tuple[str, str]]:
    """Each two disguises that go together."""
    order = layers()
    for under, first in enumerate(order):
        for second in order[under + 1 :]:
            for one in first:
                for other in second:
                    if (one, other) not in APART and set(kinds_of(one)) & set(kinds_of(other)):
                        yield one, other


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence with a disguised value in it."""

    names: tuple[str, ...]
    kind: str
    text: str
    start: int
    end: int


def case(names: tuple[str, ...], kind: str, draw: Draw) -> Case | None:
    """A case, if one of a few values of the kind can have the disguises."""
    for _ in range(40):
        made = disguised(names, MAKERS[kind](draw), draw)
        if made:
            before, after = draw.choice(SENTENCES[kind]).split("{}")
            start = len(before) + len(made[0])
            return Case(names, kind, before + "".join(made) + after, start, start + len(made[1]))
    return None


def cases(values: int, of_pairs: int, seed: int) -> Iterator[Case]:
    """All cases: so many values of each kind in each disguise, and in each pair of disguises."""
    draw = random.Random(seed)
    singles = [(PLAIN,), *((name,) for layer in layers() for name in layer)]
    for names, count in [*((each, values) for each in singles), *((each, of_pairs) for each in pairs())]:
        for kind in KINDS:
            if all(kind in kinds_of(name) for name in names):
                yield from filter(None, (case(names, kind, draw) for _ in range(count)))


# --- engines ---

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"


def covers(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether the spans leave no character of ``[start, end)`` open."""
    for first, last in sorted(spans):
        if first > start:
            break
        start = max(start, last)
    return start >= end


def hushgate() -> Callable[[Case], bool]:
    """The shipped packs; no names."""
    patterns = Patterns(read_packs(pack_files(Settings()))[0])
    return lambda case: covers([(f.start, f.end) for f in patterns.find(case.text)], case.start, case.end)


def presidio(*, normalized: bool) -> Callable[[Case], bool]:
    """Presidio as it comes, on a tokenizer; ``normalized``: after NFKC and without zero-width characters."""
    engine = stock(spacy.blank("en"))
    entities = sorted(
        set(engine.get_supported_entities("en")) - {"PERSON", "LOCATION", "ORGANIZATION", "NRP"}
    )

    def found(case: Case) -> bool:
        text, start, end = case.text, case.start, case.end
        if normalized:
            parts = (plain(text[:start]), plain(text[start:end]), plain(text[end:]))
            text, start, end = "".join(parts), len(parts[0]), len(parts[0]) + len(parts[1])
        results = engine.analyze(text, "en", entities=entities)
        return covers([(each.start, each.end) for each in results], start, end)

    return found


def plain(text: str) -> str:
    """NFKC without zero-width characters."""
    return unicodedata.normalize("NFKC", text.translate(dict.fromkeys(map(ord, ZERO_WIDTH))))


# --- the tables ---


def percent(found: list[bool]) -> str:
    """A share for a table."""
    return f"{100 * sum(found) / len(found):.1f} %" if found else "–"


def table(rows: dict[str, dict[str, list[dict[str, bool]]]], engines: list[str]) -> None:
    """Misses of hushgate by disguise and kind, then recall of each engine."""
    print(f"| disguise | {' | '.join(KINDS)} | {' | '.join(engines)} |")
    print("|---" * (len(KINDS) + len(engines) + 1) + "|")
    for name, by_kind in rows.items():
        cells = []
        for kind in KINDS:
            found = [each["hushgate"] for each in by_kind.get(kind, [])]
            cells.append(f"{len(found) - sum(found)} of {len(found)}" if found else "")
        every = [each for of_kind in by_kind.values() for each in of_kind]
        shares = [percent([each[engine] for each in every]) for engine in engines]
        print(f"| {name} | {' | '.join(cells + shares)} |")


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--values", type=int, default=25, help="values of a kind in each disguise")
    options.add_argument("--pairs", type=int, default=1, help="values of a kind in each pair of disguises")
    options.add_argument("--seed", type=int, default=5)
    options.add_argument("--hushgate", action="store_true", help="leave Presidio out")
    options.add_argument("--show", type=int, default=0, help="print so many misses of each disguise and kind")
    options.add_argument("--only", default="", help="only disguises with this in their name")
    given = options.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    engines = {"hushgate": hushgate()}
    if not given.hushgate:
        engines |= {"Presidio": presidio(normalized=False), "Presidio + NFKC": presidio(normalized=True)}
    one: dict[str, dict[str, list[dict[str, bool]]]] = {}
    two: dict[str, dict[str, list[dict[str, bool]]]] = {}
    seconds = dict.fromkeys(engines, 0.0)
    shown: dict[tuple[str, ...], int] = {}
    for each in cases(given.values, given.pairs, given.seed):
        if given.only and not any(given.only in name for name in each.names):
            continue
        result = {}
        for name, found in engines.items():
            began = time.perf_counter()
            result[name] = found(each)
            seconds[name] += time.perf_counter() - began
        for name in each.names:
            (one if len(each.names) == 1 else two).setdefault(name, {}).setdefault(each.kind, []).append(
                result
            )
        key = (*each.names, each.kind)
        if not result["hushgate"] and shown.get(key, 0) < given.show:
            shown[key] = shown.get(key, 0) + 1
            print(f"missed: {' + '.join(each.names)}, {each.kind}: {each.text!a}")
    print(f"{platform.machine()}, Python {platform.python_version()}, seed {given.seed}")
    for title, rows, times in (("One disguise", one, 1), ("Two disguises, by each of the two", two, 2)):
        results = [each for by_kind in rows.values() for of_kind in by_kind.values() for each in of_kind]
        if results:
            print(f"\n{title}: {len(results) // times:,} texts\n")
            table(rows | {"**all**": {"": results}}, list(engines))
    print()
    print(", ".join(f"{name} {took:.0f} s" for name, took in seconds.items()))


if __name__ == "__main__":
    main()
