"""What is counted, and by which labels: closed lists, and names that the policy or the packs have written.

No label is a caller's text: whatever is in none of the lists is counted as ``OTHER``, or under no tenant.
Names and units as in https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hushgate.effect import Difference
    from hushgate.policy.model import Policy
    from hushgate.reviews.store import Waits
    from hushgate.server.log import Line

OK: Final = "OK"
"""The reason of a call that was answered."""
OTHER: Final = "OTHER"
"""The entity of what no pack and no policy names, such as a finding of a user's Presidio recognizer."""
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency buckets."""


@dataclass(frozen=True, slots=True)
class Words:
    """The names that may be labels, beside those that are the program's own."""

    entities: frozenset[str]
    tenants: frozenset[str] = frozenset()
    """Those that a policy lists; where it lists none, no tenant is a label."""

    @classmethod
    def of(cls, found: Iterable[str], policies: Iterable[Policy]) -> Words:
        """``found``: the entities that the detectors can find."""
        policies = tuple(policies)
        named = {entity for policy in policies for entity in policy.entities.values()}
        denied = {entity for policy in policies for entity in policy.deny}
        listed = {tenant for policy in policies for tenant in policy.tenants or ()}
        return cls(frozenset({*found, *named, *denied}), frozenset(listed))


class Metrics:
    """What one process counts. It is added up with other workers' where there are several."""

    def __init__(self, words: Words, registry: CollectorRegistry | None = None) -> None:
        """``registry``: what the metrics belong to; one of their own if not given."""
        self.registry = registry or CollectorRegistry()
        self._words = words
        self._policy = ("", "")
        self._calls = self._counter(
            "hushgate_calls", "Calls that are over; the reason is OK or why there is no answer.",
            "rpc", "reason", "tenant",
        )  # fmt: skip
        self._repeats = self._counter(
            "hushgate_repeated_calls", "Calls that got the answer of an earlier one.", "rpc"
        )
        self._verdicts = self._counter(
            "hushgate_verdicts", "Drafts by what may become of them.", "verdict", "intent", "tenant"
        )
        self._grounds = self._counter(
            "hushgate_grounds", "Why drafts were changed, held or blocked.", "code", "intent"
        )
        self._findings = self._counter(
            "hushgate_findings", "What was found, and what was done with it.", "rpc", "entity", "action"
        )
        self._fields = self._counter("hushgate_fields", "Fields of records.", "action", "intent")
        self._restored = self._counter(
            "hushgate_restored_values", "Values that went out in the place of their tokens.", "intent"
        )
        self._unknown = self._counter(
            "hushgate_unknown_tokens", "Tokens in drafts that no value of their session stands behind."
        )
        self._shadowed = self._counter(
            "hushgate_shadow_answers",
            "Answers that a shadow has compared, found changed, dropped, or failed on.", "rpc", "outcome",
        )  # fmt: skip
        self._differences = self._counter(
            "hushgate_shadow_differences", "What a shadow would have changed.",
            "rpc", "kind", "entity", "before", "after",
        )  # fmt: skip
        self._samples = self._counter(
            "hushgate_samples", "Messages drawn for a person to look at; left out where there is no room.",
            "outcome", "intent",
        )  # fmt: skip
        self._waiting = Gauge(
            "hushgate_reviews_waiting", "Drafts that wait for a person's decision, samples for a label.",
            ("waits",), registry=self.registry, multiprocess_mode="mostrecent",
        )  # fmt: skip
        self._seconds = Histogram(
            "hushgate_call_seconds", "From a call's arrival to its answer; of a stream, to its end.",
            ("rpc",), buckets=SECONDS, registry=self.registry,
        )  # fmt: skip
        self._stages = Histogram(
            "hushgate_stage_seconds", "What a stage took of a call.",
            ("stage",), buckets=SECONDS, registry=self.registry,
        )  # fmt: skip
        self._budgets = Gauge(
            "hushgate_budget_used_ratio", "The share of an agent's budget that its last call found used.",
            ("agent", "budget"), registry=self.registry, multiprocess_mode="mostrecent",
        )  # fmt: skip
        self._info = Gauge(
            "hushgate_policy_info", "How many workers decide by this policy.",
            ("version", "digest"), registry=self.registry, multiprocess_mode="livesum",
        )  # fmt: skip

    def know(self, words: Words, active: Policy) -> None:
        """The policy that decides from now on, and the words of all."""
        self._words = words
        now = (active.version, active.digest)
        if now != self._policy:
            if self._policy[0]:
                self._info.labels(*self._policy).set(0)
            self._info.labels(*now).set(1)
            self._policy = now

    def call(self, line: Line) -> None:
        """A call is over."""
        tenant = line.tenant if line.tenant in self._words.tenants else ""
        self._calls.labels(line.rpc, line.reason or OK, tenant).inc()
        self._seconds.labels(line.rpc).observe(line.ended - line.began)
        if line.stages is not None:
            for stage, seconds in line.stages.seconds.items():
                self._stages.labels(stage).observe(seconds)
            for (agent, budget), share in line.stages.budgets.items():
                self._budgets.labels(agent, budget).set(share)
        if line.repeated:
            self._repeats.labels(line.rpc).inc()
            return
        if line.verdict:
            self._verdicts.labels(line.verdict, line.intent, tenant).inc()
        for code, count in line.grounds.items():
            self._grounds.labels(code, line.intent).inc(count)
        self._unknown.inc(line.grounds["TOKEN_UNKNOWN"])
        for (entity, action), count in line.findings.items():
            known = entity if entity in self._words.entities else OTHER
            self._findings.labels(line.rpc, known, action).inc(count)
        for action, count in line.fields.items():
            self._fields.labels(action, line.intent).inc(count)
        if line.restored:
            self._restored.labels(line.intent).inc(line.restored)

    def shadowed(self, rpc: str, outcome: str, differences: Mapping[Difference, int]) -> None:
        """A shadow has looked at an answer, or has not."""
        self._shadowed.labels(rpc, outcome).inc()
        for (_, _, kind, what, before, after), count in differences.items():
            entity = what if what in self._words.entities else OTHER
            self._differences.labels(rpc, kind, entity if kind == "finding" else "", before, after).inc(count)

    def sampled(self, outcome: str, intent: str) -> None:
        """A message was drawn; the policy has known the intent."""
        self._samples.labels(outcome, intent).inc()

    def waiting(self, waits: Waits, count: int) -> None:
        """So many wait in the store, which all workers share."""
        self._waiting.labels(waits.name.lower()).set(count)

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(name, documentation, labels, registry=self.registry)
