"""Decides which words the model is told are names somewhere in the world, and as what.

spaCy embeds the NORM of a word. For a word of the gazetteer the NORM is its class (first name, last name,
place, or several), so what a text teaches about one first name holds for all. The table lies in the
vocabulary's lookups, where plain spaCy reads it. Common English words and unlisted words keep their own.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from spacy.lookups import Lookups

from training import lexicon, names

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from spacy.language import Language
    from spacy.tokens import Doc

    from training.pieces import Sample

MARK = "\u00a7"
CITIES, US_LAST = 9_000, 22_000
WORD = re.compile(r"[^\W\d_]{2,}")


def plain_words(samples: Iterable[Sample]) -> frozenset[str]:
    """Words that stand in lower case outside names, often enough to be English and not a slip."""
    counts: Counter[str] = Counter()
    for sample in samples:
        at = 0
        for start, end, _ in (*sample.spans, (len(sample.text), len(sample.text), "")):
            counts.update(word for word in WORD.findall(sample.text[at:start]) if word.islower())
            at = end
    return frozenset(word for word, count in counts.items() if count >= 8)


def classes(plain: frozenset[str], *, every: bool = False) -> dict[str, str]:
    """The class of each word, in letters: F first name, L last name, P place, W also a word of English.

    With every, the held-out names as well: for the model that is shipped, once it has learnt without them.
    """
    found: dict[str, set[str]] = {}

    def add(kind: str, words: Iterable[str]) -> None:
        for name in words:
            if every or not names.held_out(name):
                for word in re.split(r"[\s.'’-]+", name):
                    if len(word) > 1 and word[0].isupper():
                        found.setdefault(word.casefold(), set()).add(kind)

    for region in names.regions():
        last = region.last[:US_LAST] if region.code == "us" else region.last
        add("F", region.first)
        add("L", last)
    places = names.places()
    add("P", (*places.cities[:CITIES], *places.countries, *places.states))
    english = lexicon.words()
    return {
        word: "".join(sorted(kinds)) + ("W" if word in english else "")
        for word, kinds in sorted(found.items())
        if word not in plain
    }


def table(words: dict[str, str]) -> Lookups:
    """The table that spaCy takes NORMs from: each word in lower case, capitalised, in capitals."""
    norms: dict[str, str] = {}
    for word, kinds in words.items():
        for form in (word, word.capitalize(), word.upper()):
            norms[form] = MARK + kinds
    lookups = Lookups()
    lookups.add_table("lexeme_norm", norms)
    return lookups


def without_held_out(nlp: Language) -> None:
    """Takes the held-out names out of a loaded model's gazetteer, to measure it on names it cannot know."""
    found = nlp.vocab.lookups.get_table("lexeme_norm")
    words = {name for region in names.regions() for name in (*region.first, *region.last)}
    for name in filter(names.held_out, words | set(names.places().cities)):
        for form in (name.lower(), name.capitalize(), name.upper()):
            if form in found:
                found[form] = form.lower()


def forget(doc: Doc, random_: random.Random, share: float) -> None:
    """Takes the classes from some texts, so that the model can do without: many real names are in no list."""
    roll = random_.random()
    if roll < share:
        for token in doc:
            if token.norm_.startswith(MARK) and (roll < share / 2 or random_.random() < 0.5):
                token.norm_ = token.lower_
