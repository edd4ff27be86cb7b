"""Texts of the shipped packs' own examples, for laws that must hold for whatever a rule can find."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from hushgate.assembly import load_rules
from hushgate.settings import Settings

RULES = load_rules(Settings())
MARKED = re.compile("«(.*?)»", re.DOTALL)
SENTENCES = sorted({text.replace("«", "").replace("»", "") for rule in RULES for text in rule.matches})
VALUES = sorted({value for rule in RULES for text in rule.matches for value in MARKED.findall(text)})

fillers = st.sampled_from(["", " ", "\n", " and ", ". Then ", "; also: ", " — ", "\u200b", " 7 ", "(", ") "])
sentences = st.sampled_from(SENTENCES)
texts = st.lists(st.one_of(sentences, st.text(max_size=12)), min_size=1, max_size=4).flatmap(
    lambda parts: st.tuples(*[fillers for _ in parts]).map(
        lambda gaps: "".join(a + b for a, b in zip(parts, gaps, strict=True))
    )
)
