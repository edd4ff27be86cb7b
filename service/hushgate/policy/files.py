"""What the policy files say now: the last good content of each, and what is wrong with the present one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hushgate.policy.profiles import profile_files
from hushgate.policy.reader import PolicyProblems, read_policy
from hushgate.yamlfile import Problem, read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hushgate.policy.model import Policy

    Print = tuple[int, int, int]

_SETTLING_SECONDS = 0.1
"""A file that was written to so lately may be half written: it is read at the next look."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The files at one look."""

    policies: tuple[tuple[Path, Policy], ...]
    """The last good content of each file, in their order; the first is the one that is to decide."""
    problems: tuple[Problem, ...]
    """What is wrong with the files as they are."""
    refused: int
    """How many changed contents were refused since the first look."""

    @property
    def first(self) -> Policy | None:
        """What the first file said last; None where it has never said anything good."""
        return self.policies[0][1] if self.policies else None


@dataclass(slots=True)
class _Seen:
    prints: tuple[Print | None, ...] = ()
    """Of the file and of the profiles that it names; empty where it was never there, or is gone."""
    beside: tuple[Path, ...] = ()
    """The files of those profiles."""
    policy: Policy | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()


class PolicyFiles:
    """The files that settings name; a directory is listed anew at each look. One thread at a time."""

    def __init__(
        self, files: Callable[[], Sequence[Path]], prove: Callable[[Path, Policy], list[Problem]]
    ) -> None:
        """``prove``: what is wrong with a policy that can be read: the tests of its own that fail."""
        self._files = files
        self._prove = prove
        self._seen: dict[Path, _Seen] = {}
        self._refused = 0
        self._looked: Looked | None = None

    def look(self) -> Looked:
        """The files as they are. The same value again where nothing has changed."""
        files = list(self._files())
        new = not self._seen
        changed = [file for file in files if self._changed(file)]
        gone = [file for file in self._seen if file not in files and self._seen[file].prints]
        if self._looked is not None and not changed and not gone:
            return self._looked
        for file in changed:
            seen = self._seen.setdefault(file, _Seen())
            before = seen.problems
            self._read(file, seen)
            self._refused += bool(seen.problems and seen.problems != before and not new)
        for file in gone:
            self._forget(file)
        self._looked = self._taken_together(files)
        return self._looked

    def _changed(self, file: Path) -> bool:
        seen = self._seen.get(file)
        if seen is None:
            return True
        now = _prints(file, seen.beside)
        # A clock that stands still, or a file from the future, must not keep a change away.
        return seen.prints != now and not any(
            each and 0 <= time.time() - each[0] / 1e9 < _SETTLING_SECONDS for each in now
        )

    def _read(self, file: Path, seen: _Seen) -> None:
        seen.beside = tuple(profile_files(read_yaml(file)))
        before = _prints(file, seen.beside)
        try:
            policy = read_policy(file)
            problems = tuple(self._prove(file, policy))
        except PolicyProblems as wrong:
            problems = wrong.problems
        after = _prints(file, seen.beside)
        if any(b and a and b != a and b[2] == a[2] for b, a in zip(before, after, strict=True)):
            return  # it was written to in its place meanwhile: the next look reads it whole
        seen.prints, seen.problems = before, problems
        if not problems:
            seen.policy = policy

    def _forget(self, file: Path) -> None:
        """One of several files may go; its policy stays known where it is the first or the active one."""
        if file == next(iter(self._seen)):
            seen = self._seen[file]
            seen.prints, seen.problems = (), (Problem(str(file), 1, "is gone; its last content stays"),)
        else:
            del self._seen[file]

    def _taken_together(self, files: Sequence[Path]) -> Looked:
        order = [file for file in self._seen if file not in files] + list(files)
        policies: dict[str, tuple[Path, Policy]] = {}
        problems: list[Problem] = []
        for file in order:
            seen = self._seen[file]
            problems += seen.problems
            if seen.policy is None:
                continue
            if seen.policy.version in policies:
                sentence = f"another policy has the version {seen.policy.version} already"
                problems.append(Problem(str(file), 1, sentence))
            else:
                policies[seen.policy.version] = (file, seen.policy)
        return Looked(tuple(policies.values()), tuple(problems), self._refused)


def _prints(file: Path, beside: tuple[Path, ...]) -> tuple[Print | None, ...]:
    return tuple(map(_print, (file, *beside)))


def _print(file: Path) -> Print | None:
    """What tells one content of a file from the next without reading it; None where it is not there."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
