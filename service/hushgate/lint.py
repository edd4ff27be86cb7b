"""What `hushgate check` looks at: which files are packs, policies and profiles, and all that is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hushgate.assembly import load_detector, pack_files
from hushgate.detection.check import check
from hushgate.detection.names import LABELS
from hushgate.detection.packs import open_packs
from hushgate.policy.profiles import check_profile
from hushgate.policy.reader import check_policy, read_policy
from hushgate.proving import prove
from hushgate.settings import NO_NAMES, Settings, each_yaml_file, shipped, yaml_files
from hushgate.yamlfile import Problem, read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and every problem in the order of files and lines."""

    problems: tuple[Problem, ...]
    rules: int
    packs: int
    examples: int
    policies: str
    """How many policies and profiles, in words."""

    @property
    def summary(self) -> str:
        """One line for people."""
        looked = (
            f"{_count(self.rules, 'rule')} in {_count(self.packs, 'pack')}, "
            f"{_count(self.examples, 'example')}, {self.policies}"
        )
        return f"{looked}: {_count(len(self.problems), 'problem') if self.problems else 'no problem'}"


def lint(paths: Sequence[Path], settings: Settings) -> Report:
    """Check packs and policies in files and directories; none given: those that the settings name.

    Of packs, only those of the settings' profiles. Fails with FIELD_INVALID where there is none of a name.
    """
    files = each_yaml_file(paths) if paths else _all(settings)
    packs = [file for file in files if _kind(file) == "pack"]
    others = [file for file in files if file not in packs]
    problems = [*check(packs, settings.profiles)] if packs else []
    problems += lint_policies(others, settings, packs)
    opened, _ = open_packs(packs, settings.profiles, compiled=shipped("recognizers"))
    rules = [rule for pack in opened for rule in pack.rules]
    return Report(
        problems=tuple(dict.fromkeys(problems)),
        rules=len(rules),
        packs=len(opened),
        examples=sum(len(rule.matches) + len(rule.ignores) for rule in rules),
        policies=counted(others),
    )


def counted(files: Sequence[Path]) -> str:
    """How many policies there are among them, and how many profiles."""
    kinds = [_kind(file) for file in files]
    profiles = kinds.count("profile")
    policies = _count(len(kinds) - profiles, "policy", "policies")
    return f"{policies}, {_count(profiles, 'profile')}" if profiles else policies


def lint_policies(files: Sequence[Path], settings: Settings, packs: Sequence[Path] = ()) -> list[Problem]:
    """All that is wrong with policies and profiles, failing tests of their own included.

    ``packs``: what can be found beside what the settings' packs find.
    """
    if not files:
        return []
    entities = None if settings.presidio else _entities([*pack_files(settings), *packs])
    return [
        problem
        for file in files
        for problem in (
            check_profile(file, entities=entities)
            if _kind(file) == "profile"
            else check_policy(file, entities=entities) or _failing(file, settings)
        )
    ]


def _failing(file: Path, settings: Settings) -> list[Problem]:
    """The tests of a policy that fail, on patterns alone."""
    policy = read_policy(file)
    if not policy.tests:
        return []
    return prove(file, policy, load_detector(replace(settings, names=NO_NAMES, presidio=())))


def _all(settings: Settings) -> tuple[Path, ...]:
    return (*pack_files(settings), *yaml_files((shipped("policies"), *settings.policies)))


def _kind(file: Path) -> str:
    data = read_yaml(file).data
    if not isinstance(data, dict) or "rules" in data or "pack" in data:
        return "pack"
    return "profile" if "profile" in data else "policy"


def _entities(packs: Sequence[Path]) -> set[str]:
    """Everything that the packs or a name model can find."""
    opened, _ = open_packs(packs, compiled=shipped("recognizers"))
    rules = (rule for pack in opened for rule in pack.rules)
    return {rule.entity for rule in rules} | {entity for entity in LABELS.values() if entity}


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
