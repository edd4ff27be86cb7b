"""How a measurement is run: files in, text after text through the detector, counts out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING

from hushgate.conversation import questions
from hushgate.detection.detector import LANGUAGE
from hushgate.failure import Failure
from hushgate.tuning.labelled import read_labelled
from hushgate.tuning.measuring import Measuring
from hushgate.tuning.scope import UNSAID, read_scopes
from hushgate.yamlfile import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hushgate.finding import Finding
    from hushgate.policy.model import Policy
    from hushgate.tuning.labelled import Labelled
    from hushgate.tuning.measuring import Detects, Measured
    from hushgate.tuning.scope import Scope
    from hushgate.tuning.types import Types

WARM_UP = "Good morning, this is a first sentence."


@dataclass(frozen=True, slots=True)
class Run:
    """A measurement, and the lines that are not in it."""

    measured: Measured
    problems: tuple[Problem, ...]


def run(
    files: Sequence[Path],
    detector: Detects,
    policy: Policy,
    types: Types,
    *,
    limit: int | None = None,
    said: Callable[[int], object] = lambda _: None,
) -> Run:
    """Measure the detector on the files, at most ``limit`` texts of each.

    A ``manifest.json`` beside a file says which of its types count. What is no labelled text, and a text
    on which detection fails, is a problem and not counted. ``said`` hears how many texts are done.
    """
    measuring = Measuring(policy, types)
    problems: list[Problem] = []
    detector.find_many([WARM_UP], language=LANGUAGE)  # what is loaded on first use is no text's latency
    done = 0
    for labelled, scope in _scoped(files, limit, problems):
        started = perf_counter()
        try:
            # One at a time, as a caller's text comes: in a batch, no text has a latency of its own.
            found = findings(labelled, detector)
        except Failure as failure:
            problems.append(Problem(labelled.file, labelled.line, f"detection failed: {failure.sentence}"))
            continue
        milliseconds = 1000 * (perf_counter() - started)
        measuring.add(labelled, scope, found, milliseconds=milliseconds)
        done += 1
        said(done)
    return Run(measuring.measured(), tuple(problems))


def findings(labelled: Labelled, detector: Detects) -> list[Finding]:
    """What the detector finds in a text; in a conversation, turn by turn, as ``Prepare`` is given it."""
    if not labelled.turns:
        asked_for = ["your " + labelled.asked_for.replace("_", " ") if labelled.asked_for else ""]
        return [*detector.find_many([labelled.text], questions=asked_for, language=LANGUAGE)[0]]
    said = [labelled.text[turn.start : turn.end] for turn in labelled.turns]
    asked = questions(zip((turn.role for turn in labelled.turns), said, strict=True))
    found = detector.find_many(said, questions=asked, language=LANGUAGE)
    return [
        replace(each, start=each.start + turn.start, end=each.end + turn.start)
        for turn, of_turn in zip(labelled.turns, found, strict=True)
        for each in of_turn
    ]


def _scoped(
    files: Sequence[Path], limit: int | None, problems: list[Problem]
) -> Iterator[tuple[Labelled, Scope]]:
    directories: dict[Path, Mapping[str, Scope]] = {}
    for file in files:
        if file.parent not in directories:
            directories[file.parent] = read_scopes(file.parent)
        scope = directories[file.parent].get(file.name, UNSAID)
        for labelled in islice(_readable(file, problems), limit):
            yield labelled, scope


def _readable(file: Path, problems: list[Problem]) -> Iterator[Labelled]:
    for each in read_labelled(file):
        if isinstance(each, Problem):
            problems.append(each)
        else:
            yield each
