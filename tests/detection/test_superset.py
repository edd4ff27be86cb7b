"""Law: what a pattern matches, its superset matches; and what is said of its reach and width holds."""

from __future__ import annotations

import re
from itertools import pairwise

import re2
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hushgate.detection.alphabet import encoded
from hushgate.detection.automaton import latin_1
from hushgate.detection.narrowing import windows
from hushgate.detection.structure import structure
from hushgate.detection.superset import DIGIT, HEAD, superset

SIGNS = "aAkKsSiIzÉé019_ -.@\n٣４ſKİıß€\u00a0\u200b\u0301²\ud800"
TEXTS = st.text(st.sampled_from(SIGNS), max_size=30)

literals = st.sampled_from(SIGNS).map(re.escape)
classes = st.one_of(
    st.sampled_from(
        [r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", ".", "[^a]", "[a-z]", "[^0-9_]", r"[^\W_]", r"[\d_]"]
    ),
    st.lists(
        st.sampled_from([*"akKÉ٣ſ1_@", "0-9", "A-Z", "à-ö", r"\d", r"\s", r"\W"]), min_size=1, max_size=3
    ).map(lambda items: f"[{''.join(items)}]"),
)
edges = st.sampled_from(
    [
        r"\b",
        r"\B",
        "^",
        "$",
        r"(?<!\d)",
        r"(?<![^\W_])",
        "(?!a)",
        r"(?![^\W_]|[.,]\d)",
        r"(?=\w*1)",
        "(?<=a)",
        r"(?<!\d[.,])",
    ]
)


def longer(inner):
    counts = st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "{2,9}", "{0,40}", "{3,}", "*?", "{1,700}"])
    return st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(inner, counts).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.lists(inner, min_size=2, max_size=3).map(lambda ways: f"(?:{'|'.join(ways)})"),
        inner.map(lambda part: f"({part})"),
        inner.map(lambda part: f"(?>{part})"),
        inner.map(lambda part: f"(?i:{part})"),
        inner.map(lambda part: rf"(?:({part})\1)" if "(" not in part else part),
    )


PATTERNS = st.tuples(
    st.sampled_from(["", "(?i)", "(?s)", "(?a)", "(?ia)"]),
    st.recursive(st.one_of(literals, classes, edges), longer, max_leaves=8),
).map("".join)


def compiled(pattern):
    """The pattern as the matcher runs it; None when one of the dialects will not have it."""
    try:
        re.compile(pattern)
        return regex.compile(pattern)
    except (re.error, regex.error):
        return None


@settings(max_examples=600)
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=8))
@example(r"(?<!\w)(?:(?<!\w)a)", ["a", " a", "-a"])
@example(r"(?:a(?!\w))(?!\w)", ["a", "a ", "a-"])
@example("(?i)[^k]", ["K", "k"])
@example("(?i)ſ", ["s", "S"])
@example(r"(?a)\b1", ["é1"])
@example(r"0\b", ["0²", "0\u0301"])
@example(r"(?i)a(?i:(?!k))(?<=A)(?-i:(?!B))", ["ab", "aK"])
def test_what_a_pattern_matches_its_superset_matches(pattern, texts):
    ours = compiled(pattern)
    if ours is None:
        return
    head = superset(pattern)
    theirs = [re2.compile(each.encode(), latin_1()) for each in (head.text, head.also, head.begins)]
    facts = structure(pattern)
    for text in texts:
        for match in ours.finditer(text, overlapped=True, timeout=5):
            data = encoded(text)
            assert len(data) == len(text)
            assert all(each.search(data) for each in theirs)
            assert all(each.search(b"\n".join((b"0a ", data, b" a0"))) for each in theirs)
            assert data.count(DIGIT) >= head.digits
            assert facts.width is None or match.end() - match.start() <= facts.width
            assert facts.ends_at(text, match.end())
            looked = list(windows(head, data, [(0, len(text))]))
            assert match.start() == len(text) or any(a <= match.start() < b for a, b in looked)


@given(st.text("1a ", max_size=200), st.lists(st.integers(0, 200), max_size=6).map(sorted))
def test_windows_lie_in_their_parts_apart_and_hold_all_that_begins_there(text, edges):
    parts = [(a, min(b, len(text))) for a, b in zip(edges[::2], edges[1::2], strict=False) if a < len(text)]
    looked = list(windows(superset(r"(?<!\w)1+a"), encoded(text), parts))

    assert all(a < b for a, b in looked)
    assert all(b <= c for (_, b), (c, _) in pairwise(looked))
    assert all(any(begin <= a and b <= end for begin, end in parts) for a, b in looked)
    for match in re.finditer(r"(?<!\w)1+a", text):
        if any(begin <= match.start() < end for begin, end in parts):
            assert any(a <= match.start() < b for a, b in looked)


@given(st.integers(1, 700), st.integers(0, 30))
def test_a_head_is_found_within_its_bound(count, more):
    head = superset(rf"(?:ab){{{count},{count + more}}}c?\d")
    text = "ab" * count + "1"

    assert re2.compile(head.text.encode(), latin_1()).search(encoded(text)[: HEAD + 1])


def test_a_digit_that_every_match_has_is_counted_whatever_its_place():
    assert superset(r"(?=\w{0,9}\d)\w{4,9}").digits == 1
    assert superset(r"(?:a|\d)b").digits == 0
    assert superset(rf"a{{0,{HEAD}}}b\d").digits == 0


def test_a_text_as_a_whole_is_told_from_a_part_of_one():
    field = re2.compile(superset(r"(?:\A|key:\n)\w{4,8}\Z").text.encode(), latin_1())

    assert field.search(encoded("abcd"))
    assert field.search(encoded("the key:\nabcd"))
    assert not field.search(encoded("the abcd"))
    assert not field.search(encoded("abcd\nefgh"))


def test_a_digit_that_a_look_ahead_wants_is_a_condition_of_its_own():
    head = superset(r"acc(?=[a-z]{0,9}\d)\w{3,33}")

    assert not re2.compile(head.also.encode(), latin_1()).search(encoded("access"))
    assert superset(r"acc(?=[a-z]{0,9}\d)\w{3,33}\d").also == ""


def test_the_digits_of_every_match_are_counted():
    assert superset(r"\b\d{3}-?\d{2,4}\b").digits == 5
    assert superset(r"(?:a\d{2}|\d{3}){2,9}").digits == 4
    assert superset(rf"[a-z]{{1,{HEAD + 1}}}\d").digits == 0


def test_a_pattern_that_may_match_nothing_at_all_has_no_superset():
    assert superset("a*").text == ""
    assert superset(r"(?=a)").text == ""


def test_all_digits_look_alike_and_every_character_is_one_byte():
    assert encoded("é٣4 \u00a0–\ud800ab") == b"_00  \x83\x83ab"
