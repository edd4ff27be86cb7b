"""How a policy file becomes a Policy: read, checked as a whole, and only then built."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from hushgate.budgets import Budget
from hushgate.finding import Action
from hushgate.minimization.paths import key_names, parse_pattern
from hushgate.policy.destinations import destination, thresholds
from hushgate.policy.fields import PathTable, field_rules, path_set
from hushgate.policy.meaning import meaningless
from hushgate.policy.model import (
    DESTINATIONS,
    Agent,
    Intent,
    Policy,
    Reviews,
    Sampling,
    Trial,
)
from hushgate.policy.profiles import read_profiles
from hushgate.policy.schema import PolicyFile, ProfileFile
from hushgate.policy.subjects import Subjects
from hushgate.policy.tightening import Dropping
from hushgate.yamlfile import problems_of, read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from hushgate.minimization.paths import Pattern
    from hushgate.policy.schema import (
        AgentFile,
        SamplingFile,
        TestFile,
        TighteningFile,
    )
    from hushgate.yamlfile import Problem


class PolicyProblems(Exception):  # noqa: N818 - named for what it holds
    """A policy file says what cannot be done. ``problems``: all of them, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def read_policy(path: Path) -> Policy:
    """The policy in the file at ``path``. Raises PolicyProblems with all that is wrong with it."""
    file, problems = _read(path, None)
    if file is None or problems:
        raise PolicyProblems(problems)
    return _policy(file)


def check_policy(path: Path, *, entities: Collection[str] | None = None) -> list[Problem]:
    """All that is wrong with the file; with ``entities``, all that can be found, also what never would be."""
    return _read(path, entities)[1]


def _read(path: Path, entities: Collection[str] | None) -> tuple[PolicyFile | None, list[Problem]]:
    document = read_yaml(path)
    problems = list(document.problems)
    if document.data is None:
        return None, problems
    file = None
    profiles, wrong = read_profiles(document, entities)
    problems += wrong
    try:
        file = PolicyFile.model_validate(_with(document.data, profiles))
    except ValidationError as error:
        problems += problems_of(document, error)
    problems += meaningless(document, entities=entities)
    return file, sorted(dict.fromkeys(problems))


def _with(data: Any, profiles: list[ProfileFile]) -> Any:  # noqa: ANN401 - what a file says, of whatever shape
    named = isinstance(data, dict) and isinstance(data.get("profiles"), list)
    return {**data, "profiles": profiles} if named else data


def policy_of(content: str) -> Policy:
    """The policy that says ``content``: see ``Policy.content``."""
    return _policy(PolicyFile.model_validate_json(content), content)


def says(policy: Policy) -> PolicyFile:
    """What the policy's file says, default by default."""
    return PolicyFile.model_validate_json(policy.content)


def _policy(file: PolicyFile, content: str = "") -> Policy:
    content = content or _content(file)
    return Policy(
        version=file.version,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
        approvals=file.activation.approvals,
        tests=tuple(_trial(each) for each in file.tests),
        tenants=None if file.tenants is None else frozenset(file.tenants),
        intents={
            name: Intent(name, each.description, field_rules(intent_fields(file, name)))
            for name, each in file.intents.items()
        },
        destinations={name: destination(name, file) for name in DESTINATIONS},
        thresholds=thresholds(file.thresholds),
        internal=path_set(map(parse_pattern, file.internal)),
        entities=PathTable([(parse_pattern(path), entity) for path, entity in sorted(file.entities.items())]),
        key_names=_key_names(file),
        subjects=Subjects(
            (parse_pattern(path), parse_pattern(source)) for path, source in sorted(file.subjects.items())
        ),
        agents=None if file.agents is None else {name: _agent(each) for name, each in file.agents.items()},
        allow=frozenset(file.allow),
        deny={entity: tuple(texts) for entity, texts in file.deny.items()},
        surrogates={entity: form == "surrogate" for entity, form in file.pseudonyms.items()},
        allowed_trailing_digits=file.outbound.allowed_trailing_digits,
        note_overlap_words=file.outbound.note_overlap_words,
        note_similarity=file.outbound.note_similarity,
        canaries=file.outbound.canaries,
        reviews=Reviews(expire_seconds=60.0 * file.reviews.expire_minutes),
        sampling=None if file.sampling is None else _sampling(file.sampling, file.intents),
        risk={
            name: tuple(_dropping(f"risk.{name}", rule, intents) for rule, intents in each.rules)
            for name, each in file.risk.items()
        },
        profiles={each.profile: _dropping(f"profile.{each.profile}", each) for each in file.profiles},
    )


def _sampling(file: SamplingFile, intents: Collection[str]) -> Sampling:
    """Where only how many is said, each message may be one of them."""
    every = file.share if file.share is not None else float(not file.by_intent)
    shares = {intent: file.by_intent.get(intent, every) for intent in sorted(intents)}
    return Sampling(
        shares={intent: share for intent, share in shares.items() if share},
        per_week=file.per_week,
        paced=file.share is None and not file.by_intent,
        keep_seconds=86_400.0 * file.keep_days,
    )


def _trial(file: TestFile) -> Trial:
    lists = {name: tuple(getattr(file, name)) for name in ("hides", "keeps", "reasons", "risk_signals")}
    return Trial(**{**file.model_dump(), **lists})


def _content(file: PolicyFile) -> str:
    """Without what is not said, so that a key that a later hushgate knows changes nothing."""
    return json.dumps(file.model_dump(mode="json", exclude_defaults=True), sort_keys=True, ensure_ascii=True)


def _key_names(file: PolicyFile) -> dict[str, str]:
    said = (*(each.fields for each in file.intents.values()), *file.field_sets.values())
    under_risk = (rule for each in file.risk.values() for rule, _ in each.rules)
    dropped = (path for each in (*under_risk, *file.profiles) for path in each.drop)
    paths = [*(path for fields in said for path in fields), *file.internal, *file.entities, *dropped]
    return {key: name for path in sorted(paths) for key, name in key_names(parse_pattern(path)).items()}


def intent_fields(file: PolicyFile, intent: str) -> dict[Pattern, Action]:
    """What becomes of the fields that an intent names: its own go before those of its field sets."""
    entry = file.intents[intent]
    written = (*(file.field_sets[each] for each in entry.field_sets), entry.fields)
    return {parse_pattern(path): Action(action) for fields in written for path, action in fields.items()}


def _dropping(name: str, file: TighteningFile, intents: frozenset[str] | None = None) -> Dropping:
    return Dropping(name, path_set(map(parse_pattern, file.drop)), intents)


def _agent(file: AgentFile) -> Agent:
    return Agent(
        owner=file.owner,
        approved_by=file.approved_by,
        purpose=file.purpose,
        intents=frozenset(file.intents),
        sources=None if file.sources is None else frozenset(file.sources),
        destinations=None if file.destinations is None else frozenset(file.destinations),
        autonomy=file.autonomy,
        supervised_by=file.supervised_by or "",
        budgets={each: limit for each in Budget if (limit := getattr(file, each.value)) is not None},
        exhausted=file.exhausted,
        when_blocked=file.when_blocked,
    )
