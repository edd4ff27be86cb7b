"""What the name model reads before a field's value: the field's label, or the thing that the label names.

A label makes the model surer of names and places, and wrongly sure that the name of a thing is a person's:
after "items name" nearly every product is one, after "item" nearly none.
"""

from __future__ import annotations

_WORDS = """
airline album app application article asset attribute book brand campaign carrier category channel color
colour column component coupon course currency database department device document domain drug event
feature field file folder format function game hotel insurance item job language list make manufacturer
material medication menu merchant model module movie network option order package param parameter part
plan policy priority product program project promotion property queue restaurant role room rule section
segment series server service shop size skill software song source stage state status step store
subscription survey table tag task team template ticket tier title tool topic type unit vehicle
venue version workflow zone
"""
THINGS = frozenset(_WORDS.split())
_NAMING = frozenset({"name", "names", "title", "label"})


def opening(label: str) -> str:
    """The words, colon and space that stand before the value; empty for no label."""
    words = label.split()
    if len(words) > 1 and words[-1] in _NAMING:
        thing = words[-2] if words[-2] in THINGS else words[-2].removesuffix("s")
        if thing in THINGS:
            return f"{thing}: "
    return f"{label}: " if words else ""
