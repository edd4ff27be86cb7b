"""Which profiles a policy has: shipped ones by name, one's own by path, and those that these take in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hushgate.finding import Action
from hushgate.policy.destinations import said_of_all, tightening
from hushgate.policy.meaning import meaningless
from hushgate.policy.model import DESTINATIONS
from hushgate.policy.schema import NAME, ProfileFile
from hushgate.policy.strictness import stricter
from hushgate.settings import shipped
from hushgate.yamlfile import problems_of, read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hushgate.policy.tightening import Treatment
    from hushgate.yamlfile import Document, Loc, Problem

FOLDER = "profiles"
"""Files in a folder of this name are no policies, wherever policies are looked for."""
_WHOSE = ("own", "others", "unknown")


def profile_files(document: Document) -> list[Path]:
    """The files of the profiles that the policy in ``document`` names, and of all that these take in.

    A path is from the folder of the file that names it. A file that is not there is among them.
    """
    files: list[Path] = []
    waiting = [document]
    for each in waiting:
        for name in _listed(each):
            file = _file(name, each) if isinstance(name, str) else None
            if file is not None and file not in files:
                files.append(file)
                waiting.append(read_yaml(file))
    return files


def read_profiles(
    document: Document, entities: Collection[str] | None
) -> tuple[list[ProfileFile], list[Problem]]:
    """The profiles that the policy in ``document`` names, what each takes in before it; all that is wrong.

    ``entities`` as in ``check_policy``.
    """
    taking = _Taking(entities)
    taking.take_in(document, ())
    return list(taking.profiles.values()), taking.problems


def check_profile(file: Path, *, entities: Collection[str] | None = None) -> list[Problem]:
    """All that is wrong with the profile and what it takes in; ``entities`` as in ``check_policy``."""
    taking = _Taking(entities)
    taking.read(file, ())
    return sorted(dict.fromkeys(taking.problems))


def _listed(document: Document) -> list[object]:
    listed = document.data.get("profiles") if isinstance(document.data, dict) else None
    return listed if isinstance(listed, list) else []


def _file(name: str, document: Document) -> Path:
    if re.fullmatch(NAME, name):
        return shipped("policies") / FOLDER / f"{name}.yaml"
    return Path(document.file).parent / name


@dataclass(slots=True)
class _Taking:
    """One walk over a policy's profiles and theirs: each file is read once, however often it is named."""

    entities: Collection[str] | None
    problems: list[Problem] = field(default_factory=list)
    profiles: dict[Path, ProfileFile] = field(default_factory=dict)
    """By file, each behind those that it takes in."""
    _below: dict[Path, tuple[Path, ...]] = field(default_factory=dict)
    """Of each file that was read, all that it takes in."""

    def take_in(self, document: Document, within: tuple[Path, ...]) -> tuple[Path, ...]:
        """All that the file takes in, directly or not. ``within``: the files that lead to it, itself last."""
        named: dict[Path, None] = {}
        for place, name in enumerate(_listed(document)):
            file = _file(name, document) if isinstance(name, str) else None
            wrong = _wrong(file, within, named)
            if file is not None and not wrong:
                named[file.resolve()] = None
                wrong = self._read_once(file, within)
            if wrong:
                self.problems.append(document.problem(("profiles", place), f"profiles[{place}] {wrong}"))
        return tuple(dict.fromkeys(each for file in named for each in (*self._below.get(file, ()), file)))

    def _read_once(self, file: Path, within: tuple[Path, ...]) -> str:
        """What is wrong with naming it here; empty where nothing is."""
        if file.resolve() in self._below:
            return ""
        profile = self.read(file, within)
        if profile is None:
            return ""
        if any(each.profile == profile.profile for each in self.profiles.values()):
            return f"says it is the profile {profile.profile}, and so does another file"
        self.profiles[file.resolve()] = profile
        return ""

    def read(self, file: Path, within: tuple[Path, ...]) -> ProfileFile | None:
        """The profile in the file, once what it takes in is read; None where it says what cannot be."""
        document = read_yaml(file)
        self.problems += document.problems
        below = self.take_in(document, (*within, file.resolve()))
        self._below[file.resolve()] = below
        if document.data is None:
            return None
        self.problems += meaningless(document, entities=self.entities)
        try:
            profile = ProfileFile.model_validate(document.data)
        except ValidationError as error:
            self.problems += problems_of(document, error)
            return None
        floors = [self.profiles[each] for each in below if each in self.profiles]
        self.problems += [document.problem(loc, wrong) for loc, wrong in _loosening(profile, floors)]
        # Where it has taken them from is no part of what it says.
        return profile.model_copy(update={"profiles": []})


def _wrong(file: Path | None, within: tuple[Path, ...], named: Collection[Path]) -> str:
    """Why it cannot be taken in; empty if it can be."""
    if file is None or not file.is_file():
        known = ", ".join(sorted(each.stem for each in (shipped("policies") / FOLDER).glob("*.yaml")))
        return f"names no profile; hushgate has {known}, and a file of one's own is named by its path"
    if file.resolve() in within:
        circle = (*within[within.index(file.resolve()) :], file)
        return f"goes in a circle: {' takes in '.join(each.name for each in circle)}"
    if file.resolve() in named:
        return "stands here a second time"
    return ""


def _loosening(profile: ProfileFile, floors: Sequence[ProfileFile]) -> Iterator[tuple[Loc, str]]:
    """Each entry of the profile that is laxer than one that it takes in, and so would have no effect."""
    for place, whose, entity, action in _entries(profile):
        for floor in floors:
            under = tightening("", floor, place)
            # What is said of all values has an effect where it is the stricter for one of the three.
            if all(_laxer(action, entity, getattr(under, side)) for side in ([whose] if whose else _WHOSE)):
                loc = (place, *([whose] if whose else []), entity)
                yield loc, f"{entity}: {action} is laxer than the profile {floor.profile}, which is taken in"
                break


def _entries(profile: ProfileFile) -> Iterator[tuple[str, str, str, str]]:
    """All that it says of findings: the destination, whose a value is (empty: anybody's), entity, action."""
    for place in DESTINATIONS:
        said = getattr(profile, place)
        if said is not None:
            by_whose = {"": said_of_all(said), **{whose: getattr(said, whose) or {} for whose in _WHOSE}}
            for whose, entries in by_whose.items():
                yield from ((place, whose, entity, action) for entity, action in entries.items())


def _laxer(action: str, entity: str, floor: Treatment) -> bool:
    least = floor.default if entity == "default" else floor.action(entity)
    return stricter(Action(action), least) is not Action(action)
