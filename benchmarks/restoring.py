"""Tokens under what models do to them: restored, reported, left or wrong, beside other libraries.

    python benchmarks/restoring.py [--edits N] [--peers N] [--data DIR] [--seed S] [--show N]

Each text holds tokens of a session of 40 values; one or two edits are done to each token. *Restored*: the
text reads as it would with the value in the token's place, what the edit put round it (markdown, quotes,
an ending) kept.
*Wrong*: another value of the session stands in it. *Reported*: the token is said to be unknown, so that the
text is not sent. *Left*: none of these; something of the token goes out. With DIR, tokens stand in the
place of labelled values in real sentences.

The other libraries' strategies are written anew from how they document and do it, each on placeholders
of its own form, with the same edits: LLM Guard's ``Deanonymize`` (``[REDACTED_PERSON_1]``; exact,
case-insensitive: the placeholder as a pattern, fuzzy: within 2 edits, combined: exact, then fuzzy),
LangChain's ``PresidioReversibleAnonymizer`` (``<PERSON>``, ``<PERSON_2>``; exact, case-insensitive, fuzzy:
within 3 edits, combined, n-grams of words at 85 % likeness) and LiteLLM's ``output_parse_pii``
(``<PERSON_1>``; exact). ``--peers``: on how many of the texts they are tried; the fuzzy ones are slow.
"""

from __future__ import annotations

import argparse
import difflib
import json
import platform
import random
import re
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from hushgate.sessions.facts import Known
from hushgate.sessions.session import Session
from hushgate.transformation.reading import find_tokens, shaped_tokens
from hushgate.transformation.rewrite import replace_spans
from hushgate.transformation.tokens import ALPHABET, written_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Draw = random.Random
    Edit = Callable[["Edited", Draw], "Edited | None"]
    Cut = tuple[tuple[str, ...], tuple[str, ...]]
    Kinds = Mapping[str, tuple[Edit, ...]]

# --- values ---

FIRST = ("Dana", "Sam", "Priya", "Mateo", "Aiko", "Noah", "Fatima", "Chen", "Olga", "Kwame", "Ingrid", "Luca")
LAST = ("Whitfield", "Okafor", "Larsson", "Moreau", "Tanaka", "Novak", "Byrne", "Haddad", "Sato", "Petrov")
ENTITIES = ("PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "ACCOUNT_ID", "ORDER_ID", "STREET_ADDRESS")


def values(draw: Draw) -> list[tuple[str, str]]:
    """Entities and values of one session, no value part of another."""
    people = draw.sample([f"{a} {b}" for a in FIRST for b in LAST], 14)
    out = [("PERSON", name) for name in people]
    out += [("EMAIL_ADDRESS", f"{name.lower().replace(' ', '.')}@example.com") for name in people[:6]]
    out += [("PHONE_NUMBER", f"212-555-01{n:02}") for n in draw.sample(range(100), 5)]
    out += [("ACCOUNT_ID", f"{n}") for n in draw.sample(range(10**10, 10**11), 5)]
    out += [("ORDER_ID", f"A-{n}") for n in draw.sample(range(10**6, 10**7), 5)]
    streets = ("Elm Street", "Mill Lane", "Harbour Road", "Station Road", "Church Way")
    out += [("STREET_ADDRESS", f"{draw.randrange(1, 99)} {street}") for street in streets]
    return out


# --- edits ---


@dataclass(frozen=True, slots=True)
class Edited:
    """A token in its parts, and what an edit has put outside of it."""

    open: str
    label: str
    joint: str
    id: str
    close: str
    before: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """As it stands in a text."""
        return f"{self.before}{self.open}{self.label}{self.joint}{self.id}{self.close}{self.after}"


TRANSLATED = {
    "PERSON": "PERSONNE PERSONA PESSOA OSOBA HENKILÖ KİŞİ ЧЕЛОВЕК ΠΡΟΣΩΠΟ 人物 사람 شخص व्यक्ति",
    "EMAIL_ADDRESS": "ADRESSE_E-MAIL DIRECCIÓN_DE_CORREO E-MAIL-ADRESSE АДРЕС_ПОЧТЫ 邮箱地址 メールアドレス",
    "PHONE_NUMBER": "NUMÉRO_DE_TÉLÉPHONE NÚMERO_DE_TELÉFONO TELEFONNUMMER НОМЕР_ТЕЛЕФОНА 电话号码 رقم_الهاتف",
    "ACCOUNT_ID": "NUMÉRO_DE_COMPTE NÚMERO_DE_CUENTA KONTONUMMER НОМЕР_СЧЁТА 账户 KONTO",
    "ORDER_ID": "NUMÉRO_DE_COMMANDE NÚMERO_DE_PEDIDO BESTELLNUMMER НОМЕР_ЗАКАЗА 订单号 BESTÄLLNING",
    "STREET_ADDRESS": "ADRESSE DIRECCIÓN STRASSENANSCHRIFT АДРЕС 地址 住所 ENDEREÇO",
}


def changed(**parts: Callable[[str, Draw], str]) -> Edit:
    """An edit of the named parts; None where it changes nothing."""

    def edit(token: Edited, draw: Draw) -> Edited | None:
        new = replace(token, **{name: change(getattr(token, name), draw) for name, change in parts.items()})
        return None if new == token else new

    return edit


def everywhere(change: Callable[[str], str]) -> Edit:
    """An edit of label, joint and id."""
    return changed(**{name: lambda part, _: change(part) for name in ("label", "joint", "id")})


def around(before: str, after: str) -> Edit:
    """An edit that puts something round the token."""
    return changed(before=lambda part, _: before + part, after=lambda part, _: part + after)


def brackets(open_: str, close: str) -> Edit:
    """An edit of both brackets."""

    def edit(token: Edited, _: Draw) -> Edited | None:
        return replace(token, open=open_, close=close) if token.open and token.close else None

    return edit


def quoted(mark: str, end: str) -> Edit:
    """Quotation marks in the place of brackets."""

    def edit(token: Edited, _: Draw) -> Edited | None:
        if not token.open or not token.close:
            return None
        return replace(token, open="", close="", before=token.before + mark, after=end + token.after)

    return edit


def inside(*marks: str) -> Callable[[str, Draw], str]:
    """One of the marks somewhere within."""

    def put(part: str, draw: Draw) -> str:
        if len(part) < 2:
            return part
        at = draw.randrange(1, len(part))
        return part[:at] + draw.choice(marks) + part[at:]

    return put


def translated(token: Edited, draw: Draw) -> Edited | None:
    """The label in another language, its words sometimes apart."""
    entity = token.label.removeprefix("REDACTED_")
    if entity not in TRANSLATED:
        return None
    label = draw.choice(TRANSLATED[entity].split())
    spaced = draw.random() < 0.3 and token.open and token.close
    return replace(
        token,
        label=label.replace("_", " ").capitalize() if spaced else label,
        joint=" " if spaced and token.joint else token.joint,
    )


def no_brackets(token: Edited, _: Draw) -> Edited | None:
    """Neither bracket."""
    return replace(token, open="", close="") if token.open or token.close else None


EDITS: Kinds = {
    "case": (
        everywhere(str.lower),
        everywhere(str.capitalize),
        everywhere(str.title),
        everywhere(str.swapcase),
    ),
    "spaces or hyphens inside": (
        changed(joint=lambda part, d: d.choice((" ", "-", " - ", ": ", " #")) if part else part),
        changed(label=lambda part, _: part.replace("_", " "), joint=lambda part, _: part.replace("_", " ")),
        changed(label=lambda part, _: part.replace("_", "-"), joint=lambda part, _: part.replace("_", "-")),
        changed(id=inside(" ", "-", "\u00a0", "\u2011")),
        changed(
            open=lambda part, _: f"{part} " if part else part,
            close=lambda part, _: f" {part}" if part else part,
        ),
        changed(joint=lambda *_: ""),
    ),
    "lost brackets": (changed(open=lambda *_: ""), changed(close=lambda *_: ""), no_brackets),
    "changed brackets": tuple(
        brackets(*pair.split())
        for pair in ("( )", "{ }", "< >", "[[ ]]", "{{ }}", "【 】", "« »", "［ ］", "⟨ ⟩", "\\[ \\]")
    ),
    "markdown": (
        around("**", "**"),
        around("*", "*"),
        around("`", "`"),
        around("__", "__"),
        around("~~", "~~"),
        changed(
            label=lambda part, _: part.replace("_", "\\_"), joint=lambda part, _: part.replace("_", "\\_")
        ),
        changed(
            open=lambda part, _: f"{part}**" if part else part,
            close=lambda part, _: f"**{part}" if part else part,
        ),
        around("### ", ""),
    ),
    "quotes": (
        around('"', '"'),
        around("'", "'"),
        around("“", "”"),
        around("„", "“"),
        quoted('"', '"'),
        quoted("“", "”"),
    ),
    "plural and possessive": (
        around("", "s"),
        around("", "'s"),
        around("", "’s"),
        around("", "'"),
        around("", "es"),
    ),
    "HTML escapes": (
        brackets("&lt;", "&gt;"),
        brackets("&#91;", "&#93;"),
        brackets("&lbrack;", "&rbrack;"),
        brackets("&#x5B;", "&#x5D;"),
        brackets("%5B", "%5D"),
        changed(joint=lambda part, _: part.replace("_", "&#95;")),
        changed(joint=lambda part, _: part.replace("_", "&nbsp;")),
        changed(joint=lambda part, _: part.replace("_", "&lowbar;")),
    ),
    "line breaks": (
        changed(
            joint=lambda part, d: (
                d.choice((f"{part}\n", "\n", f"{part}\r\n", f"{part}<br>")) if part else part
            )
        ),
        changed(id=inside("\n", "-\n")),
        changed(label=lambda part, _: part.replace("_", "_\n", 1)),
    ),
    "translated label": (translated,),
    "other characters": (
        everywhere(lambda part: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in part)),
        changed(id=lambda part, _: part.translate(str.maketrans("ABCEHKMPTX", "АВСЕНКМРТХ"))),
        changed(joint=lambda part, _: part + "\u200b", id=inside("\u200b", "\u00ad")),
        changed(id=lambda part, _: part.translate({ord("0") + n: 0x0660 + n for n in range(10)})),
    ),
}
"""What models do to a token: every one of these must restore."""


def swapped(pairs: str) -> Callable[[str, Draw], str]:
    """Symbols taken for what looks like them: from and to in pairs."""
    table = str.maketrans(dict(pair for pair in pairs.split()))
    return lambda part, _: part.translate(table)


def other_symbols(count: int) -> Callable[[str, Draw], str]:
    """So many symbols changed."""

    def put(part: str, draw: Draw) -> str:
        symbols = list(part)
        for at in draw.sample(range(len(symbols)), min(count, len(symbols))):
            symbols[at] = draw.choice([c for c in ALPHABET if c != symbols[at]])
        return "".join(symbols)

    return put


HARM: Kinds = {
    "O for 0, l or I for 1": (changed(id=swapped("0O 1l")), changed(id=swapped("0o 1I"))),
    "label lost": (changed(label=lambda *_: "", joint=lambda *_: ""),),
    "S for 5, B for 8, Z for 2": (changed(id=swapped("5S 8B 2Z")), changed(id=swapped("S5 B8 Z2"))),
    "one symbol changed": (changed(id=other_symbols(1)),),
    "two symbols changed": (changed(id=other_symbols(2)),),
    "one symbol lost": (
        changed(id=lambda part, d: part[: (n := d.randrange(len(part) or 1))] + part[n + 1 :]),
    ),
    "half of the id lost": (
        changed(id=lambda part, _: part[: len(part) // 2]),
        changed(id=lambda part, _: part[len(part) // 2 :]),
    ),
    "two symbols exchanged": (
        changed(
            id=lambda part, d: (
                part[: (n := d.randrange(len(part) - 1))] + part[n + 1] + part[n] + part[n + 2 :]
                if len(part) > 1
                else part
            )
        ),
    ),
}
"""What loses or changes something of the id: restored right or reported, never wrong."""


def edit_once(token: Edited, kinds: Kinds, draw: Draw) -> tuple[str, Edited]:
    """The token after one edit that changes something, and the edit's kind; "" where none of a few does."""
    for _ in range(20):
        kind = draw.choice(list(kinds))
        if edited := draw.choice(kinds[kind])(token, draw):
            return kind, edited
    return "", token


# --- restorers ---


@dataclass(frozen=True, slots=True)
class Engine:
    """A way of writing tokens and of turning them back."""

    name: str
    parts: Callable[[int], Edited]
    """The token of the session's value with this number, in its parts."""
    restore: Callable[[str], tuple[str, bool]]
    """The text with tokens turned back, and whether one is reported."""


def hushgate(held: list[tuple[str, str]], seed: int) -> Engine:
    """Hushgate on a session that holds the values."""
    session = Session(seed.to_bytes(32))
    tokens = [session.pseudonym(Known(value, entity)) for entity, value in held]

    def parts(number: int) -> Edited:
        entity, _ = held[number]
        return Edited("[", entity, "_", tokens[number][len(entity) + 2 : -1], "]")

    def restore(text: str) -> tuple[str, bool]:
        found = find_tokens(text, session.live, ENTITIES)
        covered = [(t.start, t.end) for t in found]
        meant = [
            *((w.start, w.end) for w in written_tokens(text)),
            *shaped_tokens(text, ENTITIES, session.live),
        ]
        reported = any(all(end <= s or e <= start for s, e in covered) for start, end in meant)
        return replace_spans(
            text, [(t.start, t.end, session.restored(t.identifier).value) for t in found]
        ).text, reported

    return Engine("hushgate", parts, restore)


def numbered(held: list[tuple[str, str]], form: str) -> list[Edited]:
    """Placeholders with a number for each entity."""
    seen: Counter[str] = Counter()
    out = []
    for entity, _ in held:
        seen[entity] += 1
        number = str(seen[entity])
        if form == "llm-guard":
            out.append(Edited("[", f"REDACTED_{entity}", "_", number, "]"))
        elif form == "langchain" and number == "1":
            out.append(Edited("<", entity, "", "", ">"))
        else:
            out.append(Edited("<", entity, "_", number, ">"))
    return out


def within(distance: int) -> Callable[[str, str, str], str]:
    """Replaces what is at most so many edits away from the placeholder, the nearest first."""

    def apply(text: str, key: str, value: str) -> str:
        return regex.sub(f"(?b)(?:{regex.escape(key)}){{e<={distance}}}", lambda _: value, text)

    return apply


def as_it_is(text: str, key: str, value: str) -> str:
    """Replaces the placeholder as it is."""
    return text.replace(key, value)


def as_pattern(text: str, key: str, value: str) -> str:
    """A placeholder in brackets is a class of characters then, so that texts explode: stopped at 100,000."""
    return text if len(text) > 100_000 else re.sub(key, lambda _: value, text, flags=re.IGNORECASE)


def by_words(text: str, key: str, value: str) -> str:
    """Runs of one word fewer to one more than the placeholder has, replaced at 85 % likeness."""
    words, size = text.split(), len(key.split())
    for count in (size, size - 1, size + 1):
        for at in range(len(words) - count + 1 if count else 0):
            run = " ".join(words[at : at + count])
            if difflib.SequenceMatcher(None, key, run).ratio() > 0.85:
                text = text.replace(run, value)
    return text


def peers(held: list[tuple[str, str]]) -> Iterator[Engine]:
    """The other libraries on the same session."""
    strategies = (
        ("LLM Guard exact", "llm-guard", (as_it_is,)),
        ("LLM Guard case-insensitive", "llm-guard", (as_pattern,)),
        ("LLM Guard fuzzy", "llm-guard", (within(2),)),
        ("LLM Guard combined", "llm-guard", (as_it_is, within(2))),
        ("LangChain exact", "langchain", (as_it_is,)),
        ("LangChain case-insensitive", "langchain", (as_pattern,)),
        ("LangChain fuzzy", "langchain", (within(3),)),
        ("LangChain combined", "langchain", (as_it_is, within(3))),
        ("LangChain n-grams", "langchain", (by_words,)),
        ("LiteLLM exact", "litellm", (as_it_is,)),
    )
    for name, form, steps in strategies:
        tokens = numbered(held, form)

        def restore(text: str, steps=steps, tokens=tokens) -> tuple[str, bool]:
            for step in steps:
                for token, (_, value) in zip(tokens, held, strict=True):
                    text = step(text, token.text, value)
            return text, False

        yield Engine(name, tokens.__getitem__, restore)


# --- texts ---

SENTENCES = (
    "Hello {}, your parcel is on its way.",
    "I have noted {} for you.",
    "Thank you. {} is now on file; anything else?",
    "As agreed with {} the refund goes out on Monday, 12 May 2026.",
    "Please check {}",
    "{} will get 2 items (order of 14:30) within 5 days.",
    "We have {} and {} here, is that right?",
    "- name: {}\n- reference: 20881\n",
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A text cut where tokens go."""

    parts: tuple[str, ...]
    numbers: tuple[int, ...]
    """Which of the session's values stands in each cut."""


def generated(held: list[tuple[str, str]], draw: Draw) -> Slot:
    """A sentence of our own."""
    sentence = draw.choice(SENTENCES).split("{}")
    return Slot(tuple(sentence), tuple(draw.randrange(len(held)) for _ in sentence[1:]))


def real_sentences(data: Path) -> list[Cut]:
    """Texts of the data under 400 characters with one to three labelled values of our entities, cut there."""
    out = []
    for file in sorted(data.glob("*.jsonl")):
        for line in file.open(encoding="utf-8"):
            row = json.loads(line)
            spans = sorted(
                (s["start"], s["end"], s["type"]) for s in row.get("spans", ()) if s["type"] in ENTITIES
            )
            for start, end in bounds(row):
                here = [s for s in spans if start <= s[0] and s[1] <= end]
                if 0 < len(here) <= 3 and end - start < 400:
                    cuts = [start, *(at for s in here for at in s[:2]), end]
                    pieces = tuple(row["text"][a:b] for a, b in zip(cuts[::2], cuts[1::2], strict=True))
                    out.append((pieces, tuple(s[2] for s in here)))
    return out


def bounds(row: dict) -> list[tuple[int, int]]:
    """The turns of a conversation, or the whole text."""
    turns = row.get("meta", {}).get("turns") if isinstance(row.get("meta"), dict) else None
    return [(start, end) for _, start, end in turns] if turns else [(0, len(row["text"]))]


# --- measuring ---


def judge(
    engine: Engine, slot: Slot, held: list[tuple[str, str]], kinds: Kinds, *, count: int, seed: int
) -> tuple[str, str, str]:
    """What became of one text: the outcome, the kinds of edit done, and the edited text."""
    draw = random.Random(seed)
    text = expected = slot.parts[0]
    done: list[str] = []
    for number, part in zip(slot.numbers, slot.parts[1:], strict=True):
        token = engine.parts(number)
        for _ in range(count):
            kind, token = edit_once(token, kinds, draw)
            done.append(kind)
        text += token.text + part
        expected += token.before + held[number][1] + token.after + part
    output, reported = engine.restore(text)
    mine = {held[number][1] for number in slot.numbers}
    if any(
        value in output and value not in text and value not in expected
        for _, value in held
        if value not in mine
    ):
        return "wrong", " + ".join(done), text
    if output == expected:
        return "restored", " + ".join(done), text
    return ("reported" if reported else "left"), " + ".join(done), text


OUTCOMES = ("restored", "reported", "left", "wrong")


def table(title: str, rows: Iterable[tuple[str, Counter[str]]]) -> None:
    """Prints one table."""
    print(f"\n{title}\n{'':<30} {'texts':>8}" + "".join(f"{o:>11}" for o in OUTCOMES))
    for name, counts in rows:
        total = sum(counts.values())
        shares = "".join(
            f"{100 * counts[o] / total:>10.2f}%" if o != "wrong" else f"{counts[o]:>11}" for o in OUTCOMES
        )
        print(f"{name:<30} {total:>8}{shares}")


def measure(
    given: argparse.Namespace,
    kinds: Kinds,
    source: Sequence[Cut] = (),
    *,
    counts: tuple[int, ...],
    number: int,
) -> tuple[list[tuple[str, Counter[str]]], dict[str, Counter[str]]]:
    """Outcomes of every engine, and hushgate's by kind of edit."""
    texts, tried, show, seed = given.edits, given.peers, given.show, given.seed + number
    draw = random.Random(seed)
    totals: dict[str, Counter[str]] = {}
    by_kind: dict[str, Counter[str]] = {}
    every = 250
    shown = 0
    for at in range(texts):
        if at % every == 0:
            held = values(draw)
            mine = hushgate(held, seed * 10**6 + at)
            others = list(peers(held))
        slot = placed(draw.choice(source), held, draw) if source else generated(held, draw)
        count = counts[at % len(counts)]
        for engine in (mine, *(others if at < tried else ())):
            outcome, done, text = judge(engine, slot, held, kinds, count=count, seed=seed + at)
            totals.setdefault(engine.name, Counter())[outcome] += 1
            if engine is mine:
                for kind in set(done.split(" + ")):
                    by_kind.setdefault(kind, Counter())[outcome] += 1
                if (
                    outcome not in {"restored"}
                    and shown < show
                    and (kinds is EDITS or outcome in {"wrong", "left"})
                ):
                    shown += 1
                    print(f"  {outcome}: {done}: {text!r}", file=sys.stderr)
    return list(totals.items()), by_kind


def placed(cut: Cut, held: list[tuple[str, str]], draw: Draw) -> Slot:
    """Values of the session in a real sentence's cuts."""
    parts, entities = cut
    return Slot(
        parts, tuple(draw.choice([n for n, (e, _) in enumerate(held) if e == entity]) for entity in entities)
    )


def main() -> None:
    """Reads the arguments, measures, prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--edits", type=int, default=100_000, help="texts with edited tokens")
    options.add_argument(
        "--peers", type=int, default=2_000, help="on how many of them other libraries are tried"
    )
    options.add_argument("--data", type=Path, help="labelled texts as JSON lines, for real sentences")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--show", type=int, default=0, help="texts that were not restored to print")
    given = options.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, seed {given.seed}")
    rows, kinds = measure(given, EDITS, counts=(1, 2), number=0)
    table("one or two edits a token", rows)
    table("hushgate by kind of edit", sorted(kinds.items()))
    rows, kinds = measure(given, HARM, counts=(1,), number=1)
    table("ids changed or lost", rows)
    table("hushgate by kind of harm", sorted(kinds.items()))
    if given.data is None or not any(given.data.glob("*.jsonl")):
        print("\nno --data DIR with labelled texts: real sentences were not measured")
        return
    source = real_sentences(given.data)
    rows, _ = measure(given, EDITS, source, counts=(1, 2), number=2)
    table(f"one or two edits a token in {len(source)} real sentences", rows)


if __name__ == "__main__":
    main()
