"""Decides which words the model is told are names somewhere in the world, and as what.

spaCy embeds the NORM of a word. For a word of the gazetteer the NORM is its class (first name, last name,
place, or several), so what a text teaches about one first name holds for all. The table lies in the
vocabulary's lookups, where plain spaCy reads it. Words of English that training shows too seldom to be learnt
have a class as well, so that a word that is merely rare is not taken for a name. Others keep their own NORM.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from spacy.lookups import Lookups

from training import lexicon, names, orgs

if TYPE_CHECKING:
    import random
    from collections.abc import Container, Iterable

    from spacy.language import Language
    from spacy.tokens import Doc

    from training.pieces import Sample

MARK = "\u00a7"
CENSUS = frozenset({"us", "en"})
"""Regions whose lists run down to names that hardly anybody bears."""
US_STATES = 51
CITIES, US_LAST = 14_000, 22_000
GREAT = 2_000  # cities, of some 300,000 people and more
USUAL_FIRST, USUAL_LAST = 1_200, 1_000
"""So many of each list of the US census are usual; further down stand London, Madrid and Montana."""
OWN, OWN_NAME = 25, 200
"""So often a word must stand in lower case outside names to keep its own NORM; the second: if a name too."""
NAMED = re.compile(MARK + "[CFGLOPS]")
WORD = re.compile(r"[^\W\d_]{2,}")


def plain_words(samples: Iterable[Sample]) -> Counter[str]:
    """How often each word stands in lower case outside names."""
    counts: Counter[str] = Counter()
    for sample in samples:
        at = 0
        for start, end, _ in (*sample.spans, (len(sample.text), len(sample.text), "")):
            counts.update(word for word in WORD.findall(sample.text[at:start]) if word.islower())
            at = end
    return counts


def classes(plain: Counter[str], *, every: bool = False) -> dict[str, str]:
    """The class of each word, in letters: F first name, L last name, P place, O organisation, W or w English.

    W are the common words, w the others; G and S are first and last names that the US census alone has, and
    few bear; C are countries, states and great cities. So "Madrid" is another class than "Jackson", though
    both are a city and a last name. With every, the held-out names as well: for the model that is shipped,
    once it has learnt without them.
    """
    found: dict[str, set[str]] = {}
    english = lexicon.english()

    def add(kind: str, words: Iterable[str], *, unless: Container[str] = ()) -> None:
        for name in words:
            if every or not names.held_out(name):
                for word in re.split(r"[\s.'’-]+", name):
                    if len(word) > 1 and word[0].isupper() and word.casefold() not in unless:
                        found.setdefault(word.casefold(), set()).add(kind)

    listed = [region for region in names.regions() if region.code not in CENSUS]
    for region in listed:
        add("F", region.first)
        add("L", region.last)
    for kind in ("male", "female"):
        add("F", names.census_names(f"{kind}.first")[:USUAL_FIRST])
    for region in names.regions():
        if region.code in CENSUS:
            add("G", region.first, unless={word for word, kinds in found.items() if "F" in kinds})
            add("L", region.last[:USUAL_LAST])
            rest = region.last[USUAL_LAST:US_LAST]
            add("S", rest, unless={word for word, kinds in found.items() if "L" in kinds})
    places = names.places()
    great = (*places.cities[:GREAT], *places.countries, *places.states[:US_STATES], *places.regions)
    add("C", (name for name in great if name.isalpha() and len(name) > 3))
    rest = (*places.cities[:CITIES], *places.states, *great)
    add("P", rest, unless={word for word, kinds in found.items() if "C" in kinds})
    known = {name for kind in orgs.known().values() for name in kind}
    add("O", {name for name in known if " " not in name})
    add("O", {name for name in known if " " in name}, unless={*english, *found})
    add("P", (name for name in (*places.cities, *places.towns) if name.isalpha()), unless={*english, *found})
    for word in lexicon.ranks():
        if len(word) > 2 and (word in english or word not in found):
            found.setdefault(word, set()).add("W" if lexicon.is_common(word) else "w")
    return {
        word: "".join(sorted(kinds))
        for word, kinds in sorted(found.items())
        if plain[word] < (OWN_NAME if kinds - {"W", "w"} else OWN)
    }


def table(words: dict[str, str], *, shipped: bool = False) -> Lookups:
    """The table that spaCy takes NORMs from: each word in lower case, capitalised, in capitals.

    Where it is shipped, without capitals of three letters: they are a code ("MIA") more often than a name;
    but with the last names of the tail, capitalised alone: in lower case they are slips rather than names.
    """
    norms: dict[str, str] = {}
    for word, kinds in words.items():
        norms[word] = norms[word.capitalize()] = MARK + kinds
        if len(word) > 3 or not shipped:
            norms[word.upper()] = MARK + kinds
    if shipped:
        norms |= {name: MARK + "S" for name in tail() if name.casefold() not in norms}
    lookups = Lookups()
    lookups.add_table("lexeme_norm", norms)
    return lookups


def tail() -> tuple[str, ...]:
    """The last names that hardly anybody bears, as they are written: no words, be they never so old."""
    words = {*lexicon.ranks(), *lexicon.words()}
    rest = names.census_names("all.last")[US_LAST:]
    return tuple(name for name in rest if len(name) > 3 and name.casefold() not in words)


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
            if NAMED.match(token.norm_) and (roll < share / 2 or random_.random() < 0.5):
                token.norm_ = token.lower_
