"""How many utterances without anything personal are altered on their way to a log, and by what.

    python benchmarks/false_alarms.py --data DIR [--texts N] [--no-names] [--show N]

DIR holds sets as JSON lines with ``text`` and ``spans``. Of the sets that are clean every utterance counts,
of the others those without a span. An utterance is altered when the shipped policy's ``log`` destination
changes it. The stages: the rules on the text as it stands, what each view adds, what the names add. The
clean sets do speak of companies and countries, so that those names are no false alarms: the last column
leaves them out. Texts are never printed without --show.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.assembly import load_keys, load_names, load_policies, load_rules
from hushgate.detection.candidates import Candidates, Outcome
from hushgate.detection.matcher import Matcher
from hushgate.detection.patterns import Patterns
from hushgate.detection.views import views
from hushgate.redactor import Redactor
from hushgate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.finding import Finding

CLEAN = ("clean_banking77", "clean_natcs_turns")
MIXED = ("multidogo_utterances", "star_utterances", "natcs_utterances", "abcd_utterances")
NO_ONE = frozenset({"DATE_TIME", "URL"})
"""Entities that are nobody's own, and are left out of the figure."""
SPOKEN_OF = NO_ONE | {"LOCATION", "ORGANIZATION", "NRP"}
"""Entities that the clean sets hold although nobody marked them."""
RULES, NAMES = "rules", "names"
VIEWS = ("decoded", "folded", "apart", "spoken", "ibans", "letters", "separators", "backwards")


def utterances(file: Path, most: int) -> Iterator[str]:
    """The texts of a set that hold nothing which its authors marked."""
    with file.open(encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        clean = (row["text"] for row in rows if not row["spans"] and not row["meta"].get("ignore"))
        yield from islice(clean, most)


class Given:
    """A detector that has found what it was told."""

    def __init__(self) -> None:
        self.findings: Sequence[Finding] = ()

    def find_many(self, texts, **_):
        """The same in each text."""
        return [tuple(self.findings) for _ in texts]


class Log:
    """The shipped policy's log."""

    def __init__(self) -> None:
        settings = Settings()
        self._given = Given()
        self._redactor = Redactor(self._given, load_policies(settings)[0], load_keys(settings))

    def hidden(self, text: str, findings: Sequence[Finding]) -> list[Finding]:
        """Those of the findings that would alter the text, each by itself."""
        return [each for each in findings if self._alters(text, each)]

    def _alters(self, text: str, finding: Finding) -> bool:
        self._given.findings = (finding,)
        return self._redactor.redact(text).text != text


class Stages:
    """Who finds what."""

    def __init__(self, *, names: bool) -> None:
        settings = Settings()
        rules = load_rules(settings)
        self._matcher = Matcher(rules)
        self._patterns = Patterns(rules)
        self._candidates = Candidates(self._patterns)
        self._names = load_names(settings) if names else None

    def of(self, texts: Sequence[str]) -> Iterator[tuple[str, dict[str, list[Finding]]]]:
        """Each text, and by stage what it adds to the stages before it."""
        named = self._names.find_many(texts, "en") if self._names else [[] for _ in texts]
        for text, of_names in zip(texts, named, strict=True):
            plain = self._matcher.find(text)
            stages = {RULES: plain, NAMES: list(of_names)}
            for each in set(self._patterns.find(text)) - set(plain):
                stages.setdefault(self._view(text, each), []).append(each)
            yield text, stages

    def _view(self, text: str, finding: Finding) -> str:
        spot = (finding.rule, finding.start, finding.end)
        for each in self._candidates.of(text):
            if each.outcome is Outcome.FOUND and (each.rule, each.start, each.end) == spot:
                return each.view
        return "another view"


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, required=True, help="where the sets are")
    options.add_argument("--texts", type=int, default=4000, help="utterances of a set at the most")
    options.add_argument("--no-names", action="store_true", help="leave the name model out")
    options.add_argument(
        "--show", type=int, default=0, help="print so many of the texts that each rule alters"
    )
    given = options.parse_args()
    files = [file for name in (*CLEAN, *MIXED) if (file := given.data / f"{name}.jsonl").exists()]
    if not files:
        sys.exit(
            "false_alarms needs --data DIR with the sets as JSON lines; there is none: nothing was measured"
        )
    log, finders = Log(), Stages(names=not given.no_names)
    rows, rules, seen, alters = [], Counter(), Counter(), Counter()
    for file in files:
        texts = list(utterances(file, given.texts))
        altered = Counter({"texts": len(texts)})
        for text, stages in finders.of(texts):
            hidden = {stage: log.hidden(text, found) for stage, found in stages.items()}
            every = [each for found in hidden.values() for each in found]
            altered["everything"] += bool(every)
            altered["figure"] += any(each.entity not in NO_ONE for each in every)
            altered["personal"] += any(each.entity not in SPOKEN_OF for each in every)
            altered["views"] += any(found for stage, found in hidden.items() if stage not in {RULES, NAMES})
            for stage, found in hidden.items():
                altered[stage] += bool(found)
                alters[file.stem in CLEAN, stage] += bool(found)
                for rule, entity in {(each.rule, each.entity) for each in found}:
                    rules[file.stem in CLEAN, rule, entity, stage] += 1
                    if rules[file.stem in CLEAN, rule, entity, stage] <= given.show:
                        spots = [(e.start, e.end) for e in found if e.rule == rule]
                        print(file.stem, stage, rule, [text[start:end] for start, end in spots], ascii(text))
            seen.update((file.stem in CLEAN, name) for name in {view.name for view in views(text)})
        rows.append((file.stem, altered))
    clean = [altered for name, altered in rows if name in CLEAN]
    rows.append(("**the clean sets**", sum(clean, Counter())))
    stages = [RULES, "views", NAMES]
    print(f"{platform.machine()}, Python {platform.python_version()}\n")
    columns = {"everything": "altered", "figure": "without DATE_TIME, URL"}
    columns |= {"personal": "without LOCATION, ORGANIZATION, NRP too"}
    head = ("utterances", *stages, *columns.values())
    print(f"| set | {' | '.join(head)} |")
    print("|---" * (len(head) + 1) + "|")
    for name, altered in rows:
        total = altered["texts"] or 1
        shares = [f"{altered[s]} ({altered[s] / total:.2%})" for s in (*stages, *columns)]
        print(f"| {name} | {altered['texts']:,} | {' | '.join(shares)} |")
    print("\n| view | clean utterances that have it | altered by it | others that have it | altered by it |")
    print("|---|---|---|---|---|")
    for view in VIEWS:
        cells = [(seen[part, view], alters[part, view]) for part in (True, False)]
        print(f"| {view} | {' | '.join(str(n) for cell in cells for n in cell)} |")
    print("\n| rule | entity | stage | clean utterances altered | others |")
    print("|---|---|---|---|---|")
    keys = sorted({key[1:] for key in rules}, key=lambda k: (-rules[True, *k], -rules[False, *k], k))
    for rule, entity, stage in keys:
        counts = [rules[clean, rule, entity, stage] for clean in (True, False)]
        print(f"| {rule} | {entity} | {stage} | {counts[0]} | {counts[1]} |")


if __name__ == "__main__":
    main()
