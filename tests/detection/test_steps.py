"""Law: no matcher that backtracks takes more steps at one place than are said of its pattern."""

from __future__ import annotations

import math
import re
from re import _constants as op

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hushgate.detection.nodes import ONE_CHARACTER, Nodes
from hushgate.detection.search import FEW
from hushgate.detection.steps import steps
from hushgate.detection.structure import REPEATS, parsed

CHARACTERS = "ab1 "
PIECES = st.sampled_from(["a", "b", "1", " ", ".", r"\w", r"\d", "[ab]", "[^a]", r"\b", "(?!a)", r"(?=a?\d)"])


def longer(inner):
    counts = st.sampled_from(["?", "{2}", "{1,3}", "{0,4}", "{2,5}", "??", "{1,4}?"])
    return st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(inner, counts).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.lists(inner, min_size=2, max_size=3).map(lambda ways: f"(?:{'|'.join(ways)})"),
    )


class Walk:
    """Tries all ways of a pattern in a text, and counts."""

    def __init__(self, pattern, text):
        self.text, self.count = text, 0
        self.sequence(list(parsed(pattern)), 0, lambda _: False)

    def sequence(self, nodes, at, then):
        if not nodes:
            return then(at)
        self.count += 1
        (code, argument), rest = nodes[0], nodes[1:]

        def on(place):
            return self.sequence(rest, place, then)

        if code in ONE_CHARACTER:
            fits = at < len(self.text) and ord(self.text[at]) in Nodes(0).characters(code, argument).some
            found = fits and on(at + 1)
        elif code is op.BRANCH:
            found = any(self.sequence(list(way), at, on) for way in argument[1])
        elif code in REPEATS:
            found = self.again(argument, 0, at, on)
        elif code is op.AT:
            found = re.compile(r"\b").match(self.text, at) is not None and on(at)
        else:
            seen = self.sequence(list(argument[1]), at, lambda _: True)
            found = seen == (code is op.ASSERT) and on(at)
        return found

    def again(self, repeat, times, at, then):
        least, most, body = repeat
        if times < most and self.sequence(
            list(body), at, lambda end: end > at and self.again(repeat, times + 1, end, then)
        ):
            return True
        return times >= least and then(at)


@settings(max_examples=500)
@given(
    st.recursive(PIECES, longer, max_leaves=7),
    st.lists(st.text(CHARACTERS, max_size=12), min_size=1, max_size=5),
)
@example("(?:(?:a{1,4}){1,4}){1,4}1", ["aaaaaaaaaaaa"])
@example("(?:a|ab|b){1,4}(?:a|ab|b){1,4}1", ["abababababab"])
@example(r"(?:(?:ab?|b)\b){0,4}(?: |a){0,4}1", ["a a a a a a"])
def test_no_walk_through_a_text_takes_more_steps_than_its_pattern_is_said_to_need(pattern, texts):
    most = steps(pattern)

    assert all(Walk(pattern, text).count <= most for text in texts)


def test_what_can_run_away_needs_a_clock():
    assert steps(r"(?:\w{1,30}\s?){1,30}!") > FEW
    assert steps(r"(?:a|a){30}b") > FEW
    assert steps(r"(?:(?:a{0,9}){0,9}){0,9}b") > FEW
    assert steps(r"\w*b") == math.inf


def test_one_way_to_read_a_number_needs_none():
    assert steps(r"(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)") < 10_000
    assert steps(r"(?i)(?:(?:is|it'?s|ends?)\b|[ :]){1,12}\d{4,9}") < 10_000
