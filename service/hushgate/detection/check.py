"""What is wrong with packs: each example is a test, each pattern is timed, each clash of rules is named."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import regex

from hushgate.detection.answers import Answers
from hushgate.detection.matcher import Matcher
from hushgate.detection.packs import ANSWER, Pack, open_packs
from hushgate.detection.provoking import provocations
from hushgate.detection.search import Search
from hushgate.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from hushgate.detection.rule import Rule
    from hushgate.finding import Finding
    from hushgate.yamlfile import Problem

MAX_WIDTH = 10_000
"""Characters of the longest match that a pattern may have: a private key in its armour has some 3,500."""
PROBE_LENGTH = 10_000
"""Characters of a text that is made to keep a pattern busy."""
PROBE_MS = 100
"""Processor time that a pattern may take over one of them."""

_PROBES = ("1", "a", "A", " ", "1 ", "1-", "a.", "a1", "12 34-", "-", "x@", "word ", "/a", "=", '["a": ')


def check(paths: Sequence[Path], profiles: Collection[str] = ()) -> list[Problem]:
    """All problems of all packs in the files and directories, by file and line; none: they may be used."""
    packs, problems = open_packs(paths, profiles)
    found = [*problems]
    ready: dict[str, _Finder] = {}
    for pack in packs:
        for index, rule in enumerate(pack.rules):
            wrong = list(_pattern_problems(pack, index, rule))
            found += wrong
            if not wrong:
                ready[rule.id] = _Finder([rule])
    usable = [rule for pack in packs for rule in pack.rules if rule.id in ready]
    everything = _Finder(usable)
    ids = {rule.id for rule in usable}
    for pack in packs:
        found += _unknown_overlaps(pack, ids)
        for index, rule in enumerate(pack.rules):
            if rule.id in ready:
                found += _example_problems(pack, index, rule, ready[rule.id])
                found += _clashes(pack, index, rule, everything)
    return sorted(dict.fromkeys(found))


class _Finder:
    """What rules find in the text of an example, which may be a question and its answer."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._matcher, self._answers = Matcher(rules), Answers(rules)

    def find(self, text: str, question: str) -> list[Finding]:
        return [*self._matcher.find(text), *self._answers.find(text, question)]


def read_example(rule: Rule, example: str) -> tuple[str, str, list[tuple[int, int]]]:
    """The question of an example, its text without marks, and the spans that they stand around."""
    question, mark, answer = example.partition(ANSWER) if rule.asked else ("", "", example)
    text, spans = unmarked(answer if mark else example)
    return question, text, spans


def unmarked(example: str) -> tuple[str, list[tuple[int, int]]]:
    """An example's text without its marks ``«»``, and the spans that they stand around."""
    text, *marked = example.split("«")
    spans: list[tuple[int, int]] = []
    for piece in marked:
        value, _, rest = piece.partition("»")
        spans.append((len(text), len(text) + len(value)))
        text += value + rest
    return text, spans


def _pattern_problems(pack: Pack, index: int, rule: Rule) -> Iterator[Problem]:
    here = ("pattern",)
    try:
        regex.compile(rule.pattern, cache_pattern=False)
    except regex.error as error:
        yield pack.problem(index, here, f"pattern does not compile: {error}")
        return
    search = Search(rule, timeout_ms=2 * PROBE_MS)
    width, ahead = search.structure.width, search.structure.ahead
    if width is None:
        yield pack.problem(index, here, "pattern has no bound on its width; write {0,40} for *, {1,40} for +")
    elif width == 0:
        yield pack.problem(index, here, "pattern matches nothing but empty text")
    elif width > MAX_WIDTH:
        yield pack.problem(index, here, f"pattern is up to {width} characters wide; {MAX_WIDTH} are allowed")
    if ahead is None or ahead > MAX_WIDTH:
        yield pack.problem(index, here, "pattern has a look-ahead with no bound on its width")
    for name, probe in _probes(rule):
        if _milliseconds(search, probe) > PROBE_MS and _milliseconds(search, probe) > PROBE_MS:
            yield pack.problem(
                index, here, f"pattern takes longer than {PROBE_MS} ms on {len(probe)} characters of {name}"
            )
            return


def _probes(rule: Rule) -> Iterator[tuple[str, str]]:
    for body, text in provocations(rule.pattern):
        yield f"{body!r}, which a loop of it repeats", text
    for piece in _PROBES:
        yield repr(piece), piece * (PROBE_LENGTH // len(piece))
    for number, example in enumerate(rule.matches, 1):
        _, text, spans = read_example(rule, example)
        start, end = spans[0]
        for name, piece in (
            (f"its example {number}", text),
            (f"the start of example {number}", text[: end - 1]),
            (f"the value of example {number}", text[start : end - 1]),
        ):
            yield name, (piece * (PROBE_LENGTH // max(1, len(piece)) + 1))[:PROBE_LENGTH]


def _milliseconds(search: Search, probe: str) -> float:
    begun = time.thread_time()
    try:
        for _ in search.spans(probe, [(0, len(probe))], {}):
            pass
    except Failure:
        return float("inf")
    return (time.thread_time() - begun) * 1000


def _example_problems(pack: Pack, index: int, rule: Rule, alone: _Finder) -> Iterator[Problem]:
    for number, example in enumerate(rule.matches):
        question, text, spans = read_example(rule, example)
        found = [(each.start, each.end) for each in alone.find(text, question)]
        if found != spans:
            shown = ", ".join(f"«{text[start:end]}»" for start, end in found) or "nothing"
            yield pack.problem(index, ("matches", number), f"{rule.id} finds {shown} in this example")
    for number, example in enumerate(rule.ignores):
        question, text, _ = read_example(rule, example)
        for each in alone.find(text, question):
            yield pack.problem(
                index,
                ("ignores", number),
                f"{rule.id} finds «{text[each.start : each.end]}» in what it must ignore",
            )


def _clashes(pack: Pack, index: int, rule: Rule, everything: _Finder) -> Iterator[Problem]:
    for number, example in enumerate(rule.matches):
        question, text, _ = read_example(rule, example)
        findings = everything.find(text, question)
        for own in (each for each in findings if each.rule == rule.id):
            for other in findings:
                if _clash(own, other) and other.rule not in rule.overlaps:
                    yield pack.problem(
                        index,
                        ("matches", number),
                        f"{other.rule} finds {other.entity} with {other.score:g} where {rule.id} finds "
                        f"{own.entity} with {own.score:g}; make one of them surer, or list it under overlaps",
                    )


def _clash(own: Finding, other: Finding) -> bool:
    meet = own.start < other.end and other.start < own.end
    return meet and other.entity != own.entity and other.score > own.score


def _unknown_overlaps(pack: Pack, ids: set[str]) -> Iterator[Problem]:
    packs = {each.partition(".")[0] for each in ids}
    for index, rule in enumerate(pack.rules):
        for number, other in enumerate(rule.overlaps):
            if other not in ids and other.partition(".")[0] in packs:
                yield pack.problem(index, ("overlaps", number), f"there is no rule {other}")
