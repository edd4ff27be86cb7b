"""What a policy says otherwise than another, rule by rule, and whether it hides more or lets more pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hushgate.finding import Action
from hushgate.policy.model import DESTINATIONS, SPECIAL
from hushgate.policy.reader import intent_fields, says
from hushgate.policy.strictness import stricter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hushgate.policy.model import Destination, Policy, Thresholds
    from hushgate.policy.tightening import Tightening, Treatment

HIDES_MORE = "hides more"
LETS_MORE_THROUGH = "lets more through"
_ELSE = "all else"
_SAID_APART = (
    "version", "tests", "intents", "field_sets", "destinations", "thresholds", "profiles", "allow", "deny"
)  # fmt: skip
"""What is not compared as it is written, but as what comes of it."""
_NAMED = ("agents", "risk")
"""What is named here and gone is told once, without all that was said of it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that is another."""

    where: str
    """As in ``intent order_status`` or ``customer, somebody else's``."""
    what: str
    """The field's path, the entity, the setting."""
    before: str
    """What was said of it; empty where nothing was."""
    after: str
    effect: str = ""
    """``hides more``, ``lets more through``; empty where that cannot be told."""

    @property
    def elsewhere(self) -> Change:
        """The same without its place: what several places may have in common."""
        return replace(self, where="")

    def __str__(self) -> str:
        said = f"{self.what}: {self.before or 'nothing'} → {self.after or 'nothing'}"
        return f"{said}  ({self.effect})" if self.effect else said


def changes(old: Policy, new: Policy) -> list[Change]:
    """Every rule of ``new`` that is not as in ``old``; empty where both decide alike.

    What stands under ``allow`` and ``deny``, and in the tests, is counted, not shown.
    """
    return [
        *_intents(old, new),
        *_destinations(old, new),
        *_profiles(old, new),
        *_lists(old, new),
        *_rest(old, new),
    ]


def _intents(old: Policy, new: Policy) -> Iterator[Change]:
    files = says(old), says(new)
    for name in sorted({*old.intents, *new.intents}):
        where = f"intent {name}"
        was, now = (
            {pattern.text: action for pattern, action in intent_fields(file, name).items()}
            if name in file.intents
            else None
            for file in files
        )
        if was is None or now is None:
            fields = f"{len(now or was or ())} fields"
            refused = "refused, as every intent that is not named"
            said = (refused, fields) if was is None else (fields, refused)
            effect = LETS_MORE_THROUGH if was is None else HIDES_MORE
            yield Change(where, "the whole intent", *said, effect)
            continue
        for path in sorted({*was, *now}):
            yield from _action(where, path, was.get(path, Action.DROP), now.get(path, Action.DROP))
        if old.intents[name].description != new.intents[name].description:
            yield Change(where, "description", "one", "another")


def _destinations(old: Policy, new: Policy) -> Iterator[Change]:
    for name in DESTINATIONS:
        was, now = old.destination(name), new.destination(name)
        yield from _whose(name, was, now)
        for special in SPECIAL:
            yield from _action(name, special, getattr(was, special), getattr(now, special))
        yield from _thresholds(name, was.thresholds, now.thresholds)
        for way in ("channels", "tools"):
            yield from _named(name, way, getattr(was, way), getattr(now, way))


def _whose(name: str, was: Destination | Tightening, now: Destination | Tightening) -> Iterator[Change]:
    """By whose the value is; once, where it makes no difference in either policy."""
    if all(each.own == each.others == each.unknown for each in (was, now)):
        yield from _treatment(name, was.own, now.own)
        return
    yield from _treatment(f"{name}, the reader's own", was.own, now.own)
    yield from _treatment(f"{name}, somebody else's", was.others, now.others)
    yield from _treatment(f"{name}, of whom is not known", was.unknown, now.unknown)


def _treatment(where: str, was: Treatment, now: Treatment) -> Iterator[Change]:
    for entity in sorted({*was.by_entity, *now.by_entity}):
        # What only follows the default is said by the default's own line.
        follows = [entity not in each.by_entity for each in (was, now)]
        if any(follows) and (was.action(entity), now.action(entity)) == (was.default, now.default):
            continue
        yield from _action(where, entity, was.action(entity), now.action(entity))
    yield from _action(where, _ELSE, was.default, now.default)


def _action(where: str, what: str, was: Action, now: Action) -> Iterator[Change]:
    if was is not now:
        effect = HIDES_MORE if stricter(was, now) is now else LETS_MORE_THROUGH
        yield Change(where, what, was.value, now.value, effect)


def _thresholds(where: str, was: Thresholds, now: Thresholds) -> Iterator[Change]:
    named = sorted({*was.by_entity, *now.by_entity})
    pairs = {entity: (was.of(entity), now.of(entity)) for entity in named} | {
        _ELSE: (was.default, now.default)
    }
    for entity, (before, after) in pairs.items():
        if before != after:
            effect = LETS_MORE_THROUGH if after > before else HIDES_MORE
            yield Change(where, f"threshold of {entity}", f"{before:g}", f"{after:g}", effect)


def _named(
    name: str, way: str, was: Mapping[str, Tightening], now: Mapping[str, Tightening]
) -> Iterator[Change]:
    for each in sorted({*was, *now}):
        if each in was and each in now:
            yield from _whose(f"{name}, {way} {each}", was[each], now[each])
        else:
            named = ("not named", "named")
            before, after = named if each in now else reversed(named)
            yield Change(name, f"{way} {each}", before, after)


def _profiles(old: Policy, new: Policy) -> Iterator[Change]:
    was, now = ({each.profile: each for each in says(policy).profiles} for policy in (old, new))
    for name in sorted({*was, *now}):
        if name not in now:
            yield Change("profiles", name, "named", "", LETS_MORE_THROUGH)
        elif name not in was:
            yield Change("profiles", name, "", "named", HIDES_MORE)
        elif was[name] != now[name]:
            yield Change("profiles", name, "as it was", "with other content")


def _lists(old: Policy, new: Policy) -> Iterator[Change]:
    """Texts, of which only the number is told."""
    entities = sorted({*old.deny, *new.deny})
    lists = [
        ("texts that are never findings", "allow", old.allow, new.allow, LETS_MORE_THROUGH, HIDES_MORE),
        *(
            (f"texts that are always {e}", "deny", {*old.deny.get(e, ())}, {*new.deny.get(e, ())},
             HIDES_MORE, LETS_MORE_THROUGH)
            for e in entities
        ),
    ]  # fmt: skip
    for what, where, was, now, more, less in lists:
        if was != now:
            effect = more if was < now else less if now < was else ""
            yield Change(where, what, str(len(was)), f"{len(now)}, {len(now - was)} of them new", effect)
    if old.tests != new.tests:
        yield Change("tests", "tests", str(len(old.tests)), str(len(new.tests)))


def _rest(old: Policy, new: Policy) -> Iterator[Change]:
    """Everything else as it is written, so that no key can be forgotten here."""
    was, now = (dict(_written(policy)) for policy in (old, new))
    for section in _NAMED:
        names, left = (set(getattr(says(policy), section) or {}) for policy in (old, new))
        for name in names - left:
            for place in [each for each in was if each.startswith(f"{section}\0{name}.")]:
                del was[place]
            was[f"{section}\0{name}"] = "named"
    for place in sorted({*was, *now}):
        if was.get(place) != now.get(place):
            where, _, what = place.partition("\0")
            yield Change(where, what or where, was.get(place, ""), now.get(place, ""))


def _written(policy: Policy) -> Iterator[tuple[str, str]]:
    """Each setting with its place, and what is said there."""
    yield "agents\0who may call", "any agent" if policy.agents is None else "the agents named here"
    for key, value in says(policy).model_dump(mode="json").items():
        if key not in _SAID_APART:
            yield from _leaves(key, "", value)


def _leaves(key: str, path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(key, f"{path}.{name}" if path else name, each)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for place, each in enumerate(value):
            yield from _leaves(key, f"{path}[{place}]", each)
    elif isinstance(value, list) and not path:
        for each in value:
            yield f"{key}\0{each}", "named"
    elif isinstance(value, list) and value:
        yield f"{key}\0{path}", ", ".join(map(str, value))
    elif value not in (None, "", []):
        yield f"{key}\0{path}", str(value).lower() if isinstance(value, bool) else str(value)
