"""How the parts are read from where the settings say, each whole or not at all."""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from hushgate.detection.detector import Detector
from hushgate.detection.packs import read_packs
from hushgate.detection.patterns import Patterns
from hushgate.failure import Failure, Reason
from hushgate.policy.profiles import FOLDER
from hushgate.policy.reader import PolicyProblems, read_policy
from hushgate.sessions.keys import Ring, TenantKeys, unwrapped_by
from hushgate.settings import NO_NAMES, Settings, each_yaml_file, shipped, yaml_files
from hushgate.transformation.joinable import Keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hushgate.detection.names import Names
    from hushgate.detection.rule import Rule
    from hushgate.detection.similarity import Similarity
    from hushgate.policy.model import Policy
    from hushgate.yamlfile import Problem

_KEY_BYTES = 32
_READY: WeakValueDictionary[tuple[Rule, ...], Patterns] = WeakValueDictionary()
"""Those that are held, by their rules."""
NAMED = frozenset({"PERSON", "LOCATION", "ORGANIZATION", "NRP", "FIELD_VALUE", "INTERNAL_NOTE"})
"""Entities that no rule need find, and that may stand in brackets for a value all the same."""


def pack_files(settings: Settings) -> tuple[Path, ...]:
    """The packs to read: the shipped ones, and the settings' beside them or, by file name, in their place."""
    return yaml_files((shipped("recognizers"), *settings.recognizers))


def policy_files(settings: Settings) -> tuple[Path, ...]:
    """The policies to read, the active one first: the files given, and of directories all but profiles."""
    given = settings.policies or (shipped("policies"),)
    return tuple(file for file in each_yaml_file(given) if file in given or file.parent.name != FOLDER)


def load_detector(
    settings: Settings, patterns: Patterns | None = None, similarity: Similarity | None = None
) -> Detector:
    """The packs' patterns and, unless the settings say ``none``, the names. Fails with FIELD_INVALID.

    ``patterns``: the packs', where they are loaded already. ``similarity``: for those who look at drafts.
    """
    names = load_names(settings)
    patterns = patterns or load_patterns(settings)
    # What a user's Presidio recognizer may find is not known before it does.
    entities = None if settings.presidio else {rule.entity for rule in patterns.rules} | NAMED
    return Detector(patterns, names, entities=entities, similarity=similarity)


def load_patterns(settings: Settings) -> Patterns:
    """The rules of the profiles' packs, ready to run; to make them so takes most of the time of a start.

    Where somebody in this process holds those of the same rules, these. Fails with FIELD_INVALID.
    """
    rules = load_rules(settings)
    ready = _READY.get(rules)
    if ready is None:
        ready = _READY[rules] = Patterns(rules)
    return ready


def load_rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules of the profiles' packs. Fails with FIELD_INVALID, and then names every problem."""
    # That the shipped packs' patterns compile, the tests see to.
    rules, problems = read_packs(pack_files(settings), settings.profiles, compiled=shipped("recognizers"))
    if problems:
        raise _failure("recognizers", Reason.FIELD_INVALID, problems)
    return rules


def load_names(settings: Settings) -> Names | None:
    """The name model and the users' recognizers; None where the settings ask for neither."""
    if settings.names == NO_NAMES and not settings.presidio:
        return None
    from hushgate.detection.names import Names  # noqa: PLC0415 - spaCy takes its time; not all need it

    return Names.load(None if settings.names == NO_NAMES else settings.names, settings.presidio)


def load_similarity(settings: Settings) -> Similarity | None:
    """The model of sentences; None where the settings name none. Fails with FIELD_INVALID."""
    if settings.note_model is None:
        return None
    from hushgate.detection.similarity import Similarity  # noqa: PLC0415 - few have it

    return Similarity.load(settings.note_model)


def load_policies(settings: Settings) -> tuple[Policy, ...]:
    """The policies, the active one first; versions differ. Fails with POLICY_INVALID."""
    policies: dict[str, Policy] = {}
    for file in policy_files(settings):
        policy = load_policy(file)
        if policy.version in policies:
            sentence = f"{file}: another policy has the version {policy.version} already"
            raise Failure(Reason.POLICY_INVALID, sentence, field="policy")
        policies[policy.version] = policy
    if not policies:
        raise Failure(Reason.POLICY_INVALID, "there is no policy to decide by", field="policy")
    return tuple(policies.values())


def load_policy(file: Path) -> Policy:
    """The policy in a file. Fails with POLICY_INVALID, and then names every problem."""
    try:
        return read_policy(file)
    except PolicyProblems as wrong:
        raise _failure("policy", Reason.POLICY_INVALID, wrong.problems) from None


def load_keys(settings: Settings) -> Keys:
    """The operators' keys from the current master key."""
    return Keys.derive(*load_tenant_keys(settings).ring.keys)


def load_tenant_keys(settings: Settings) -> TenantKeys:
    """The ring of master keys, and how it is read anew; a random key, which ends with the process, without.

    Fails with FIELD_INVALID, or STORE_UNAVAILABLE where ``key_command`` fails.
    """
    if settings.master_key() is None:
        if settings.key_command:
            sentence = "key_command unwraps the keys of a ring: set HUSHGATE_KEY_FILE"
            raise Failure(Reason.FIELD_REQUIRED, sentence, field="key_file")
        return TenantKeys.of(secrets.token_bytes(_KEY_BYTES))
    return TenantKeys(lambda: load_ring(settings))


def load_ring(settings: Settings) -> Ring:
    """The ring that the settings name, as it is now. Fails as ``load_tenant_keys``."""
    return _ring(settings.master_key() or b"", settings.key_command)


@lru_cache(maxsize=1)  # a key service is asked once for each ring, not at each look
def _ring(data: bytes, key_command: str) -> Ring:
    ring = Ring.read(data)
    return unwrapped_by(ring, key_command) if key_command else ring


def existing(path: str | Path, name: str) -> Path:
    """``path`` if something is there; fails with FIELD_INVALID for the setting ``name`` if not."""
    if not Path(path).exists():
        raise Failure(Reason.FIELD_INVALID, f"{name}: {path} does not exist", field=name)
    return Path(path)


def _failure(name: str, reason: Reason, problems: Sequence[Problem]) -> Failure:
    return Failure(reason, "\n".join(map(str, problems)), field=name)
