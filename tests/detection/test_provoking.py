"""Law: what a loop can be made to do, the texts made from its structure make it do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.detection.check import check
from hushgate.detection.provoking import PUMPED, provocations

PACK = """
pack: own
description: A rule of our own.
rules:
  - id: own.rule
    entity: CASE_ID
    description: A case.
    pattern: |
      {pattern}
    score: 0.9
    references: [https://example.com]
    matches: ["see «{match}»"]
    ignores: ["nothing"]
"""

BACKTRACKING = {
    "a loop in a loop": (r"(?:a{1,50}){1,50}!", "aa!"),
    "a loop of loops that may read nothing": (r"C-(?:\d{0,30}){0,30}!(?!!)", "C-12!"),
    "letters in letters": (r"(?:[a-z]{1,40}){0,40}!", "ab!"),
    "one letter or two": (r"(?:a|aa){1,200}!", "aaa!"),
    "a letter or none": (r"(?:a|a?){1,100}!", "a!"),
    "two letters, each alone or both": (r"(?:a|b|ab){1,99}!", "ab!"),
    "any run before a letter": (r"(?:.{0,50}a){12}!", "aaaaaaaaaaaa!"),
    "a mark between groups that need not be there": (
        r"\b[a-z](?:[-.]?[a-z0-9]{1,40}){0,40}@[a-z]{1,30}",
        "dana@example",
    ),
    "words whose space need not be there": (r"(?:\w{1,30}\s?){1,50}!", "two!"),
    "two loops of one letter": (r"(?:x{1,30}x{1,30}){1,30}y", "xxy"),
    "a quoted string whose escape has two readings": (r"~(?:\\.|[^~]){0,200}~", "~a~"),
    "a loop inside a look-ahead": (r"(?=(?:a{1,40}){1,40}!)a", "a"),
    "loops of different classes that share a letter": (r"(?:[a-c]{0,40}[b-d]{0,40}){1,20}!", "abcd!"),
    "behind words that must come first": (r"order[ ](?:no[ ])?(?:\w{1,20}-?){1,20}\#", "order a-b#"),
    "an end that is nearly anything": (r"(?:a{1,40}){1,40}[^a]", "aab"),
    "four loops in a row": (r"(?x) \d{0,200} \d{0,200} \d{0,200} \d{0,200} x", "12x"),
    "beyond ASCII": (r"(?:é{1,30}){1,30}!", "éé!"),
}
HARMLESS = {
    "groups with a mark between them": (r"\b\d{4}(?:[ -]\d{4}){3}\b", "1111-2222-3333-4444"),
    "words with a space between them": (r"(?:[a-z]{1,20}[ ]){1,20}end", "to the end"),
    "digits, each behind a mark that need not be there": (r"\b\d(?:[ -]?\d){11,18}\b", "1111 2222 3333"),
    "a loop that gives nothing back": (r"(?>(?:a{1,50}){1,50})!", "aa!"),
}


def problems(tmp_path, pattern, match):
    text = PACK.format(pattern=pattern, match=match.replace("\\", "\\\\"))
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    return [each.sentence for each in check([tmp_path])]


@pytest.mark.parametrize(("pattern", "match"), BACKTRACKING.values(), ids=BACKTRACKING)
def test_a_pattern_that_backtracks_for_ever_is_refused(tmp_path, pattern, match):
    assert [each for each in problems(tmp_path, pattern, match) if "takes longer than" in each]


@pytest.mark.parametrize(("pattern", "match"), HARMLESS.values(), ids=HARMLESS)
def test_a_pattern_that_reads_a_run_in_one_way_is_not(tmp_path, pattern, match):
    assert [each for each in problems(tmp_path, pattern, match) if "takes longer than" in each] == []


@given(st.sampled_from([pattern for pattern, _ in (*BACKTRACKING.values(), *HARMLESS.values())]))
def test_each_text_is_short_and_repeats_what_a_loop_reads(pattern):
    for body, text in provocations(pattern):
        assert body * 3 in text
        assert len(text) < 3 * PUMPED


def test_a_pattern_without_a_loop_provokes_nothing():
    assert list(provocations(r"\bab?c\b")) == []
    assert list(provocations(r"\b(?P<value>abc)\b(?!d)")) == []


def test_what_is_no_pattern_is_refused():
    with pytest.raises(re.error):
        list(provocations("(a"))
