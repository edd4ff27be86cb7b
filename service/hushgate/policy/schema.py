"""How a policy is written in YAML: its keys, and what each may hold (what names mean: ``meaning``).

``python -m hushgate.policy.schema policy`` prints the JSON schema for editors; so for ``profile``.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from hushgate.calls import Code  # noqa: TC001 - pydantic reads the annotations

FieldAction = Literal[
    "keep", "drop", "redact", "mask", "last4", "hash", "generalize", "pseudonymize", "encrypt"
]
"""What can be done with a field. A record is no text to send, so that nothing of it can ``block``."""

TextAction = Literal[
    "keep",
    "drop",
    "redact",
    "mask",
    "last4",
    "hash",
    "generalize",
    "pseudonymize",
    "encrypt",
    "block",
    "hold",
]
"""What can be done with a finding in a text; ``hold`` where the text is reviewed."""

Stop = Literal["block", "hold"]

Autonomy = Literal["draft_only", "low", "medium", "high"]
"""How much of what an agent writes goes out without a person."""

Form = Literal["token", "surrogate"]
"""What pseudonymising puts in a value's place."""

DestinationName = Literal["model", "customer", "tool", "human_agent", "log"]

ENTITY = r"^[A-Z][A-Z0-9_]+$"
NAME = r"^[a-z][a-z0-9_]{0,63}$"
"""Of a risk signal, or of a profile."""
VERSION = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


def _version(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError("is read as a number; write it in quotes")
    return value


def _treatment(value: object) -> object:
    return {"default": value} if isinstance(value, str) else value


def _forms(value: object) -> object:
    return {"default": value} if isinstance(value, str) else value


def _some(value: object) -> object:
    if value in ({}, []):
        raise ValueError("is empty; name at least one, or leave the key out where it is optional")
    return value


Some = BeforeValidator(_some)

Entities = dict[str, TextAction]
Treatment = Annotated[Entities, BeforeValidator(_treatment, json_schema_input_type=TextAction | Entities)]
"""Entities and what becomes of each, with ``default`` for the rest; one action alone is the default."""


Thresholds = dict[str, Annotated[float, Field(ge=0, le=1)]]
"""Entities and the least score at which a finding of each counts, with ``default`` for the rest."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WhoseFile(BaseModel):
    """Entities and what becomes of each, and what becomes of those of one person, or of nobody known."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={
            "patternProperties": {ENTITY: {"enum": list(get_args(TextAction))}},
            "additionalProperties": False,
        },
    )
    __pydantic_extra__: dict[str, TextAction] = Field(init=False)

    default: TextAction | None = None
    own: Treatment | None = None
    others: Treatment | None = None
    unknown: Treatment | None = None


_Whose = Annotated[WhoseFile, BeforeValidator(_treatment, json_schema_input_type=TextAction | WhoseFile)]


class DestinationFile(WhoseFile):
    """A destination: entities and what becomes of each, and the keys below beside them."""

    internal_notes: TextAction | None = None
    similar_notes: TextAction | None = None
    secrets: TextAction | None = None
    dropped: TextAction | None = None
    other_sessions: TextAction | None = None
    unknown_tokens: Stop | None = None
    channels: Annotated[dict[str, _Whose], Some] | None = None
    tools: Annotated[dict[str, _Whose], Some] | None = None
    thresholds: Thresholds | None = None


_Destination = Annotated[
    DestinationFile, BeforeValidator(_treatment, json_schema_input_type=TextAction | DestinationFile)
]


class TighteningFile(_Strict):
    """What can only hide more than a policy says: fields, and what is found in a text, by destination."""

    description: str = ""
    drop: list[str] = []
    model: _Whose | None = None
    customer: _Whose | None = None
    tool: _Whose | None = None
    human_agent: _Whose | None = None
    log: _Whose | None = None


class SignalRuleFile(TighteningFile):
    """What a risk signal of a call tightens. ``hold``: where each draft waits for a person."""

    hold: list[Literal["customer", "tool", "human_agent"]] = []


class IntentRuleFile(SignalRuleFile):
    """What a risk signal tightens in conversations for these intents alone."""

    intents: Annotated[list[str], Some]


class SignalFile(SignalRuleFile):
    """A risk signal: what it tightens whatever the intent, and what beside for some."""

    for_intents: Annotated[list[IntentRuleFile], Some] = []

    @property
    def rules(self) -> list[tuple[SignalRuleFile, frozenset[str] | None]]:
        """Each rule, and the intents that it holds for; None: all."""
        return [(self, None), *((each, frozenset(each.intents)) for each in self.for_intents)]


class ProfileFile(TighteningFile):
    """What a law or a standard asks for at the least: a policy may be stricter, and is never laxer."""

    profile: Annotated[str, Field(pattern=NAME)]
    profiles: Annotated[list[str], Some] = []
    description: Annotated[str, Field(min_length=1)]
    references: Annotated[list[str], Some]


class DestinationsFile(_Strict):
    """All five places that text can go to."""

    model: _Destination
    customer: _Destination
    tool: _Destination
    human_agent: _Destination
    log: _Destination


class IntentFile(_Strict):
    """What a conversation is for, and the fields that it may use: all that is not named is dropped."""

    description: str = ""
    field_sets: list[str] = []
    fields: dict[str, FieldAction] = {}


class OutboundFile(_Strict):
    """How much of what is protected may be said."""

    allowed_trailing_digits: int = Field(default=4, ge=0, le=8)
    note_overlap_words: int = Field(default=6, ge=2, le=50)
    note_similarity: float = Field(default=0.8, ge=0.5, le=1)
    canaries: bool = False


class AgentFile(_Strict):
    """An agent of the register."""

    owner: Annotated[str, Field(min_length=1)]
    approved_by: Annotated[str, Field(min_length=1)]
    purpose: str = ""
    intents: Annotated[list[str], Some]
    sources: Annotated[list[str], Some] | None = None
    destinations: Annotated[list[DestinationName], Some] | None = None
    autonomy: Autonomy = "low"
    supervised_by: Annotated[str, Field(min_length=1)] | None = None
    max_records_per_session: Annotated[int, Field(ge=1)] | None = None
    max_subjects_per_session: Annotated[int, Field(ge=1)] | None = None
    max_sensitive_fields_per_session: Annotated[int, Field(ge=0)] | None = None
    sensitive_sends_per_hour: Annotated[int, Field(ge=0)] | None = None
    max_restores_per_session: Annotated[int, Field(ge=0)] | None = None
    exhausted: Literal["refuse", "hold"] = "refuse"
    max_blocked_in_a_row: Annotated[int, Field(ge=1)] | None = None
    when_blocked: Literal["hold", "suspend"] = "hold"


class ReviewsFile(_Strict):
    """What a person is asked, and for how long."""

    expire_minutes: int = Field(default=60, ge=1, le=1440)


class SamplingFile(_Strict):
    """Which messages that passed a person is shown afterwards."""

    share: Annotated[float, Field(ge=0, le=1)] | None = None
    per_week: Annotated[int, Field(ge=1, le=100_000)] | None = None
    by_intent: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    keep_days: int = Field(default=14, ge=1, le=90)

    @model_validator(mode="after")
    def _says_how_many(self) -> SamplingFile:
        if self.share is None and self.per_week is None and not self.by_intent:
            raise ValueError("says nothing; give share, by_intent or per_week")
        return self


class ActivationFile(_Strict):
    """What it takes to put a policy into force, and to replace it."""

    approvals: Annotated[int, Field(ge=1, le=10)] = 1


class TestFile(_Strict):
    """What must become of a text, a record or a draft; without a draft: on its way to the model."""

    intent: str
    text: str | None = None
    record: dict[str, Any] | None = None
    other_record: dict[str, Any] | None = None
    draft: str | None = None
    arguments: dict[str, Any] | None = None
    destination: Literal["customer", "tool", "human_agent"] = "customer"
    channel: str = ""
    tool: str = ""
    agent: str = ""
    expect: str | dict[str, Any] | None = None
    hides: list[str] = []
    keeps: list[str] = []
    verdict: Literal["", "PASSED", "REDACTED", "BLOCKED", "HELD"] = ""
    reasons: list[Code] = []
    fails: Literal["", "TENANT_UNKNOWN", "INTENT_UNKNOWN", "AGENT_NOT_ALLOWED"] = ""
    risk_signals: list[str] = []


_NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
"""Profiles are written by name or path, and read before the policy is."""


class PolicyFile(_Strict):
    """A policy file, as policies/README.md explains it."""

    version: Annotated[str, BeforeValidator(_version), Field(pattern=VERSION)]
    tenants: Annotated[list[str], Some] | None = None
    profiles: Annotated[list[ProfileFile], WithJsonSchema(_NAMES)] = []
    internal: list[str] = []
    entities: dict[str, str] = {}
    subjects: dict[str, str] = {}
    thresholds: Thresholds = {}
    field_sets: dict[str, dict[str, FieldAction]] = {}
    intents: Annotated[dict[str, IntentFile], Some]
    destinations: DestinationsFile
    pseudonyms: Annotated[
        dict[str, Form], BeforeValidator(_forms, json_schema_input_type=Form | dict[str, Form])
    ] = {}
    risk: Annotated[dict[Annotated[str, Field(pattern=NAME)], SignalFile], Some] = {}
    outbound: OutboundFile = OutboundFile()
    reviews: ReviewsFile = ReviewsFile()
    sampling: SamplingFile | None = None
    agents: Annotated[dict[str, AgentFile], Some] | None = None
    activation: ActivationFile = ActivationFile()
    tests: list[TestFile] = []
    allow: list[str] = []
    deny: dict[str, list[str]] = {}


def json_schema(kind: str) -> str:
    """The JSON schema of a ``policy`` or a ``profile``, as policies/KIND.schema.json holds it."""
    kinds: dict[str, type[BaseModel]] = {"policy": PolicyFile, "profile": ProfileFile}
    return json.dumps(kinds[kind].model_json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema(sys.argv[1]))
