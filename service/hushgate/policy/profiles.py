"""Which profiles a policy has: those that are shipped, by their names, and one's own, by their paths."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hushgate.policy.meaning import meaningless
from hushgate.policy.schema import NAME, ProfileFile
from hushgate.settings import shipped
from hushgate.yamlfile import problems_of, read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection

    from hushgate.yamlfile import Document, Problem

FOLDER = "profiles"
"""Files in a folder of this name are no policies, wherever policies are looked for."""


def profile_files(document: Document) -> list[Path]:
    """The files of the profiles that the policy in ``document`` names, a path from its own folder."""
    return [_file(name, document) for name in _listed(document) if isinstance(name, str)]


def _listed(document: Document) -> list[object]:
    listed = document.data.get("profiles") if isinstance(document.data, dict) else None
    return listed if isinstance(listed, list) else []


def _file(name: str, document: Document) -> Path:
    if re.fullmatch(NAME, name):
        return shipped("policies") / FOLDER / f"{name}.yaml"
    return Path(document.file).parent / name


def read_profiles(
    document: Document, entities: Collection[str] | None
) -> tuple[list[ProfileFile], list[Problem]]:
    """The profiles that the policy in ``document`` names, and all that is wrong with them."""
    profiles: dict[str, ProfileFile] = {}
    problems: list[Problem] = []
    for place, name in enumerate(_listed(document)):
        file = _file(name, document) if isinstance(name, str) else None
        if file is None or not file.is_file():
            known = ", ".join(sorted(each.stem for each in (shipped("policies") / FOLDER).glob("*.yaml")))
            sentence = f"names no profile; hushgate has {known}, and a file of one's own is named by its path"
            problems.append(document.problem(("profiles", place), sentence))
            continue
        profile, wrong = _read(file, entities)
        problems += wrong
        if profile and profile.profile in profiles:
            sentence = f"the profile {profile.profile} stands here a second time"
            problems.append(document.problem(("profiles", place), sentence))
        elif profile:
            profiles[profile.profile] = profile
    return list(profiles.values()), problems


def check_profile(file: Path, *, entities: Collection[str] | None = None) -> list[Problem]:
    """All that is wrong with the profile; ``entities`` as in ``check_policy``."""
    return sorted(_read(file, entities)[1])


def _read(file: Path, entities: Collection[str] | None) -> tuple[ProfileFile | None, list[Problem]]:
    document = read_yaml(file)
    problems = [*document.problems]
    if document.data is None:
        return None, problems
    problems += meaningless(document, entities=entities)
    try:
        return ProfileFile.model_validate(document.data), problems
    except ValidationError as error:
        return None, [*problems, *problems_of(document, error)]
