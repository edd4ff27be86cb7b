"""What a policy lets through, in plain words: for whoever answers for it and reads no YAML."""

from __future__ import annotations

import textwrap
from difflib import get_close_matches
from typing import TYPE_CHECKING

from hushgate.failure import Failure, Reason
from hushgate.finding import Action
from hushgate.minimization.paths import Kind
from hushgate.policy.reader import intent_fields, says
from hushgate.policy.strictness import tightened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hushgate.document import Path
    from hushgate.minimization.paths import Pattern
    from hushgate.policy.model import Agent, Destination, Policy
    from hushgate.policy.tightening import Tightening, Treatment

_WIDTH = 100
WORDS: Mapping[Action, str] = {
    Action.KEEP: "as it is",
    Action.DROP: "left out",
    Action.REDACT: "its kind in brackets",
    Action.MASK: "its form in stars",
    Action.LAST4: "its last four letters or digits",
    Action.HASH: "a hash, the same for the same value",
    Action.GENERALIZE: "something coarser: a year, an area, a range",
    Action.PSEUDONYMIZE: "a stand-in of this conversation",
    Action.ENCRYPT: "a ciphertext",
    Action.BLOCK: "the whole text is refused",
    Action.HOLD: "the whole text waits for a person",
}
"""What the reader sees in the place of a value."""
_OUTWARD = ("customer", "tool", "human_agent")


def explained(policy: Policy, name: str) -> str:
    """What the intent of that name lets through, to whom, and who may use it. Fails with INTENT_UNKNOWN."""
    if name not in policy.intents:
        near = get_close_matches(name, policy.intents, 1)
        meant = f"; is {near[0]} meant?" if near else ""
        sentence = f"intent is none of the {len(policy.intents)} that policy {policy.version} has{meant}"
        raise Failure(Reason.INTENT_UNKNOWN, sentence, field="intent")
    intent = policy.intents[name]
    parts = [
        [f"{name}, by policy {policy.version}", *([intent.description] if intent.description else [])],
        [*_fields(policy, name)],
        ["What is found in a text, by where the text is going:", *_ways(policy, name)],
        [*_agents(policy, name)],
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def intents(policy: Policy) -> str:
    """Every intent of the policy, and what it is for."""
    width = max(map(len, policy.intents), default=0)
    return "\n".join(f"{name:{width}}  {each.description}".rstrip() for name, each in policy.intents.items())


def _fields(policy: Policy, name: str) -> Iterator[str]:
    file = says(policy)
    given: dict[str, list[str]] = {}
    for pattern, action in sorted(intent_fields(file, name).items(), key=lambda item: item[0].text):
        given.setdefault(_becomes(policy, pattern, action), []).append(pattern.text)
    left_out = given.pop(WORDS[Action.DROP], [])
    if not given:
        yield "Of a record, the model is given nothing."
        return
    yield "Of a record, the model is given these fields; whatever is not named is left out, key and all."
    for words, paths in sorted(given.items(), key=lambda item: (item[0] != WORDS[Action.KEEP], item[0])):
        kept = "; what is found in it, as in messages below" if words == WORDS[Action.KEEP] else ""
        yield f"  {words}{kept}"
        yield from _wrapped(", ".join(paths), "    ")
    if left_out:
        yield "Named, and left out whatever else lets it through:"
        yield from _wrapped(", ".join(left_out), "    ")
    stricter = [(f"Left out by profile {each.profile}", each.drop) for each in file.profiles]
    for signal, each in file.risk.items():
        rules = [rule for rule, intents in each.rules if intents is None or name in intents]
        stricter.append((f"Left out under risk signal {signal}", [p for rule in rules for p in rule.drop]))
    for when, dropped in stricter:
        if dropped:
            yield f"{when}:"
            yield from _wrapped(", ".join(dict.fromkeys(dropped)), "    ")


def _becomes(policy: Policy, pattern: Pattern, action: Action) -> str:
    """What the model sees in the place of the field: of one that is kept, what its kind is treated as."""
    entity = policy.entity_of(_example(pattern))
    if action is Action.KEEP and entity:
        model = policy.destination("model")
        seen, _ = tightened(
            model.own.action(entity), [(p.name, p.own.action(entity)) for p in model.profiles]
        )
        return WORDS[seen] if seen is Action.KEEP else f"{entity}: {WORDS[seen]}"
    return WORDS[action]


def _example(pattern: Pattern) -> Path:
    """A path that the pattern names."""
    return tuple(
        0 if segment.kind is Kind.ANY_INDEX else segment.name or "_"
        for segment in pattern.segments
        if segment.kind is not Kind.DEEP
    )


def _ways(policy: Policy, intent: str) -> Iterator[str]:
    model = policy.destination("model")
    yield "  model: messages, and the fields that are given"
    yield from _treatments(model)
    yield from _stricter(model, intent)
    for name in _OUTWARD:
        destination = policy.destination(name)
        yield f"  {name}: drafts"
        yield from _treatments(destination)
        for each in (*destination.channels.values(), *destination.tools.values()):
            yield from _beside(f"on {' '.join(each.name.split('.', 1))}", each)
        yield from _stricter(destination, intent)


def _stricter(destination: Destination, intent: str) -> Iterator[str]:
    for profile in destination.profiles:
        yield from _beside(f"by {' '.join(profile.name.split('.', 1))}", profile)
    for tightening in destination.at_risk(destination.risk, intent):
        yield from _beside(f"under risk signal {tightening.name.removeprefix('risk.')}", tightening)


def _beside(when: str, tightening: Tightening) -> Iterator[str]:
    """What it hides beside; nothing where it hides nothing."""
    if words := tightening_words(tightening):
        yield from _wrapped(f"{when}, beside: {words}", "    ")


def tightening_words(tightening: Tightening) -> str:
    """What it hides, by whose a value is where that matters; empty where it hides nothing."""
    own, others, unknown = tightening.own, tightening.others, tightening.unknown
    if own == others == unknown:
        said = [_hiding("", own)]
    else:
        named = (
            ("the reader's own: ", own),
            ("somebody else's: ", others),
            ("of whom is not known: ", unknown),
        )
        said = [_hiding(whose, treatment) for whose, treatment in named]
    waits = "each draft waits for a person" if tightening.waits else ""
    return "; ".join(filter(None, (*said, waits)))


def _hiding(whose: str, treatment: Treatment) -> str:
    hides = any(action.hides for action in (treatment.default, *treatment.by_entity.values()))
    return f"{whose}{treatment_words(treatment, kept='as said above')}" if hides else ""


def _treatments(destination: Destination) -> Iterator[str]:
    whose = [
        ("the reader's own", destination.own),
        ("somebody else's", destination.others),
        ("of whom is not known", destination.unknown),
    ]
    if destination.own == destination.others == destination.unknown:
        yield from _wrapped(treatment_words(destination.own), "    ")
    else:
        if destination.own == destination.unknown:
            whose = [("the reader's own, or of whom is not known", destination.own), whose[1]]
        for words, treatment in whose:
            yield from _wrapped(f"{words}: {treatment_words(treatment)}", "    ")
    special = {
        "internal notes": destination.internal_notes,
        "secrets": destination.secrets,
        "values of fields that are left out": destination.dropped,
    }
    if destination.similar_notes is not destination.internal_notes:
        special["what internal notes say in other words"] = destination.similar_notes
    yield from _wrapped("; ".join(f"{what}: {WORDS[action]}" for what, action in special.items()), "    ")


def treatment_words(treatment: Treatment, *, kept: str = WORDS[Action.KEEP]) -> str:
    """What becomes of values, by entity. ``kept``: the words for what passes."""
    words = {**WORDS, Action.KEEP: kept}
    by_action: dict[Action, list[str]] = {}
    for entity, action in sorted(treatment.by_entity.items()):
        if action is not treatment.default:
            by_action.setdefault(action, []).append(entity)
    named = [f"{', '.join(entities)}: {words[action]}" for action, entities in sorted(by_action.items())]
    return "; ".join([*named, f"{'all else' if named else 'everything'}: {words[treatment.default]}"])


def _agents(policy: Policy, name: str) -> Iterator[str]:
    if policy.agents is None:
        yield "Any agent may use it: the policy has no register."
        return
    allowed = {each: agent for each, agent in policy.agents.items() if name in agent.intents}
    if not allowed:
        yield "No agent may use it."
        return
    yield "These agents may use it:"
    for each, agent in allowed.items():
        yield from _wrapped(f"{each}: {_agent(agent)}", "  ")


def _agent(agent: Agent) -> str:
    named = {"sources": agent.sources, "destinations": agent.destinations}
    said = [
        f"owner {agent.owner}, approved by {agent.approved_by}",
        f"autonomy {agent.autonomy}",
        *(f"{what} {', '.join(sorted(those))}" for what, those in named.items() if those is not None),
        *(f"{budget.value} {limit}" for budget, limit in agent.budgets.items()),
    ]
    if agent.budgets:
        said.append(f"beyond that: {agent.exhausted}")
    return "; ".join(said)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
