"""What a policy is once it is read: frozen values that answer one question each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate.failure import Failure, Reason
from hushgate.policy.tightening import of_signals, of_way

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hushgate.budgets import Budget
    from hushgate.document import Path
    from hushgate.finding import Action
    from hushgate.policy.fields import FieldRule, PathTable
    from hushgate.policy.subjects import Subjects
    from hushgate.policy.tightening import Dropping, Tightening, Treatment

DESTINATIONS = ("model", "customer", "tool", "human_agent", "log")
"""Where text can be going. A policy speaks of each."""
SPECIAL = ("internal_notes", "similar_notes", "secrets", "dropped", "other_sessions", "unknown_tokens")
"""What a destination says beside what it says by entity."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least score, 0 to 1, at which a finding counts, by entity."""

    default: float
    by_entity: Mapping[str, float]

    def of(self, entity: str) -> float:
        """The threshold for ``entity``."""
        return self.by_entity.get(entity, self.default)


@dataclass(frozen=True, slots=True)
class Destination:
    """What becomes of what is found in a text on its way to one destination."""

    own: Treatment
    """Of values that are the recipient's own (or, where no one is told apart, of all)."""
    others: Treatment
    """Of values that are known to be someone else's."""
    unknown: Treatment
    """Of values of which this session does not know whose they are."""
    internal_notes: Action
    """Of text that comes from an internal field."""
    similar_notes: Action
    """Of text that says in other words what an internal field says, where the server can tell."""
    secrets: Action
    """Of what opens a door: see ``finding.SECRETS``."""
    dropped: Action
    """Of values of fields that the intent has no use for."""
    other_sessions: Action
    """Of values that other sessions of the tenant know, and this one does not."""
    channels: Mapping[str, Tightening]
    """What a channel, in small letters, hides beside."""
    tools: Mapping[str, Tightening]
    """What a tool, in small letters, is not given."""
    risk: Mapping[str, tuple[Tightening, ...]]
    """What each risk signal of the policy hides beside, whatever the intent or for some."""
    profiles: tuple[Tightening, ...]
    """What each profile hides, whatever the policy says."""
    unknown_tokens: Action
    """Of what looks like a token and is none of the session: ``block`` or ``hold``."""
    thresholds: Thresholds
    """When a finding counts here."""

    def changed(self, change: Mapping[Action, Action]) -> Destination:
        """With other actions in the place of some."""
        treatments = {name: getattr(self, name).changed(change) for name in ("own", "others", "unknown")}
        actions = {name: change.get(action, action) for name in SPECIAL for action in (getattr(self, name),)}
        channels, tools = (
            {name: each.changed(change) for name, each in way.items()} for way in (self.channels, self.tools)
        )
        risk = {signal: tuple(each.changed(change) for each in rules) for signal, rules in self.risk.items()}
        profiles = tuple(each.changed(change) for each in self.profiles)
        return replace(
            self, channels=channels, tools=tools, risk=risk, profiles=profiles, **treatments, **actions
        )

    def on_way(self, channel: str, tool: str) -> tuple[Tightening, ...]:
        """What hides beside on this channel and for this tool.

        A channel or a tool that is not said, or that the policy does not name where it names some, could be
        any of those: all of them hide.
        """
        return (*of_way(self.channels, channel), *of_way(self.tools, tool))

    def at_risk(self, signals: Iterable[str], intent: str) -> tuple[Tightening, ...]:
        """What hides beside under these risk signals; under one of another policy, all of this one's."""
        return tuple(of_signals(self.risk, signals, intent))


@dataclass(frozen=True, slots=True)
class Intent:
    """What a conversation is for, and the fields that it may use."""

    name: str
    description: str
    fields: PathTable[FieldRule]


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of the register: who answers for it, and what it may do."""

    owner: str
    approved_by: str
    purpose: str
    intents: frozenset[str]
    sources: frozenset[str] | None
    """Of records; None: any."""
    destinations: frozenset[str] | None
    """Of drafts; None: any."""
    autonomy: str
    """``draft_only``, ``low``, ``medium`` or ``high``."""
    supervised_by: str
    """The person who watches it; empty where nobody does."""
    budgets: Mapping[Budget, int]
    """What it may use up; what is not here has no bound."""
    exhausted: str
    """``refuse`` or ``hold``: what becomes of a review beyond a budget."""
    when_blocked: str
    """``hold`` or ``suspend``: what becomes of the agent after too many blocked drafts in a row."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """What a person is asked, and for how long."""

    expire_seconds: float = 3600.0
    """How long a held draft waits, and a decision on it stands."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which messages that passed a person is shown afterwards."""

    shares: Mapping[str, float]
    """By intent, which share of its messages, above 0 to 1; of no other intent any."""
    per_week: int | None
    """At most so many of a tenant, shared out between the intents; None: no more than the queue takes."""
    paced: bool
    """What an intent may have grows through the week, so that not all is taken when the week begins."""
    keep_seconds: float
    """How long a sample waits for a label, and is kept with it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A test that a policy brings along."""

    intent: str
    text: str | None = field(repr=False)
    """What the customer says."""
    record: Mapping[str, object] | None = field(repr=False)
    """What the CRM holds about the customer."""
    other_record: Mapping[str, object] | None = field(repr=False)
    """What it holds about another customer, known to the same conversation."""
    draft: str | None = field(repr=False)
    """What is to be sent; where there are no ``arguments`` either, what counts is what the model is told."""
    arguments: Mapping[str, object] | None = field(repr=False)
    """Of a tool call, in the place of a draft."""
    destination: str
    channel: str
    tool: str
    agent: str
    """Who calls; empty: nobody asks of the register."""
    expect: str | Mapping[str, object] | None = field(repr=False)
    """The whole of what comes out; None: anything may."""
    hides: tuple[str, ...] = field(repr=False)
    keeps: tuple[str, ...] = field(repr=False)
    verdict: str
    reasons: tuple[str, ...]
    """Codes that the verdict has among its reasons."""
    fails: str
    """The reason of the failure that it must end with; empty: it must not fail."""
    risk_signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the rules of a contact centre. Read by ``policy.reader``; never changed."""

    version: str
    digest: str
    """SHA-256, in hex, of ``content``."""
    content: str = field(repr=False)
    """What the policy says, as JSON, of which ``reader.policy_of`` makes it again; no comments or layout."""
    approvals: int
    """How many people must ask for the change before it takes effect."""
    tests: tuple[Trial, ...] = field(repr=False)
    """What must come out before it may decide."""
    tenants: frozenset[str] | None
    """None: any."""
    intents: Mapping[str, Intent] = field(repr=False)
    destinations: Mapping[str, Destination] = field(repr=False)
    thresholds: Thresholds = field(repr=False)
    """When a finding counts, where no destination says otherwise."""
    internal: PathTable[bool] = field(repr=False)
    entities: PathTable[str] = field(repr=False)
    subjects: Subjects = field(repr=False)
    """Whom fields are about that are not about the record's subject."""
    key_names: Mapping[str, str] = field(repr=False)
    """Each key that a pattern names, folded or (in quotes) as it is: how the policy writes it."""
    agents: Mapping[str, Agent] | None = field(repr=False)
    """None: no register, so that any agent may do what the intents allow."""
    allow: frozenset[str] = field(repr=False)
    """Texts that are never findings."""
    deny: Mapping[str, tuple[str, ...]] = field(repr=False)
    """By entity, texts that always are."""
    surrogates: Mapping[str, bool] = field(repr=False)
    """By entity, whether pseudonymising makes up a value; ``default`` stands for all others."""
    allowed_trailing_digits: int
    """How many last digits of a protected number may be said."""
    note_overlap_words: int
    """How many words in a row of an internal note make a copy of it."""
    note_similarity: float
    """How near to a note in meaning, 0 to 1, a sentence in other words must be to count as what it says."""
    canaries: bool
    """Whether an internal note that the model may see carries a mark that must not come back."""
    reviews: Reviews
    sampling: Sampling | None
    """None: no message that passed is looked at."""
    risk: Mapping[str, tuple[Dropping, ...]] = field(repr=False)
    """By risk signal that a call may give, the fields that are dropped under it."""
    profiles: Mapping[str, Dropping] = field(repr=False)
    """By profile, the fields that are dropped."""

    def intent(self, name: str) -> Intent:
        """The intent of that name. Fails with INTENT_UNKNOWN: what is not described may use nothing."""
        found = self.intents.get(name)
        if found is None:
            sentence = f"intent is none of the {len(self.intents)} that policy {self.version} has"
            raise Failure(Reason.INTENT_UNKNOWN, sentence, field="intent")
        return found

    def destination(self, name: str) -> Destination:
        """The destination of that name. Fails with DESTINATION_UNKNOWN."""
        found = self.destinations.get(name)
        if found is None:
            sentence = f"destination must be one of {', '.join(DESTINATIONS)}"
            raise Failure(Reason.DESTINATION_UNKNOWN, sentence, field="destination")
        return found

    def declared(self, signals: Sequence[str]) -> Sequence[str]:
        """``signals``. Fails with FIELD_INVALID for one that the policy does not name: none is ignored."""
        for index, signal in enumerate(signals):
            if signal not in self.risk:
                at = f"risk_signals[{index}]"
                sentence = f"{at} is none of the {len(self.risk)} that policy {self.version} has"
                raise Failure(Reason.FIELD_INVALID, sentence, field=at)
        return signals

    def dropping(self, signals: Iterable[str], intent: str) -> list[Dropping]:
        """What drops fields that the intent may name; signals as in ``Destination.at_risk``."""
        return [*self.profiles.values(), *of_signals(self.risk, signals, intent)]

    def changed(self, destination: str, change: Mapping[Action, Action]) -> Policy:
        """With other actions in the place of some, on the way to one destination."""
        there = self.destination(destination).changed(change)
        return replace(self, destinations={**self.destinations, destination: there})

    def admits(self, tenant: str) -> bool:
        """Whether the policy speaks for ``tenant``."""
        return tenant in self.tenants if self.tenants is not None else bool(tenant)

    def authorize(
        self, agent_id: str, intent: str, *, destination: str = "", sources: Sequence[str] = ()
    ) -> Agent | None:
        """The agent, None without a register. Fails with AGENT_NOT_ALLOWED for what it does not allow."""
        if self.agents is None:
            return None
        agent = self.agents.get(agent_id)
        if agent is None:
            sentence = f"agent_id is not in the register of policy {self.version}"
            raise Failure(Reason.AGENT_NOT_ALLOWED, sentence, field="agent_id")
        if intent not in agent.intents:
            raise self._not_allowed("this intent", "intent")
        if destination and agent.destinations is not None and destination not in agent.destinations:
            raise self._not_allowed("this destination", "destination")
        for index, source in enumerate(sources):
            if agent.sources is not None and source not in agent.sources:
                raise self._not_allowed("records of this source", f"records[{index}].source")
        return agent

    def _not_allowed(self, what: str, field_: str) -> Failure:
        sentence = f"the register of policy {self.version} does not allow this agent {what}"
        return Failure(Reason.AGENT_NOT_ALLOWED, sentence, field=field_)

    def makes_up(self, entity: str) -> bool:
        """Whether a pseudonym of ``entity`` is a made-up value, where there can be one, and no token."""
        return self.surrogates.get(entity, self.surrogates.get("default", False))

    def entity_of(self, path: Path) -> str:
        """What the field at ``path`` holds, as the policy says; empty where it does not say."""
        return self.entities.find(path) or ""

    def is_internal(self, path: Path) -> bool:
        """Whether the text at ``path`` must never go out."""
        return self.internal.find(path) is not None


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies that calls can be decided by at one moment."""

    active: Policy
    """The one that decides where a call names none."""
    by_version: Mapping[str, Policy] = field(repr=False)

    @classmethod
    def only(cls, policy: Policy) -> Policies:
        """One policy alone."""
        return cls(policy, {policy.version: policy})

    def of(self, version: str) -> Policy:
        """The policy of that version; the active one if it is empty. Fails with POLICY_UNKNOWN."""
        found = self.by_version.get(version) if version else self.active
        if found is None:
            raise Failure(Reason.POLICY_UNKNOWN, "policy names no loaded version", field="policy")
        return found

    def for_tenant(self, tenant: str, version: str = "") -> Policy:
        """As ``of``. Fails with TENANT_UNKNOWN too, if the policy does not speak for the tenant."""
        policy = self.of(version)
        if not policy.admits(tenant):
            raise Failure(Reason.TENANT_UNKNOWN, "tenant is not one that the policy names", field="tenant")
        return policy
