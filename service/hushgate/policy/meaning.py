"""Whether the names in a policy mean something: paths, entities, intents of agents.

Works on the file as it stands, also where its shape is wrong elsewhere, so that all problems show at once.
"""

from __future__ import annotations

import re
from contextlib import suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from hushgate.minimization.paths import Pattern, parse_pattern
from hushgate.policy.schema import ENTITY, DestinationFile, DestinationsFile, WhoseFile
from hushgate.policy.subjects import wrong_subject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from hushgate.yamlfile import Document, Loc, Problem

_WHOSE = ("own", "others", "unknown")
_WAYS = ("channels", "tools")
_DEFAULT = ("default",)
_UNREVIEWED = ("model", "log")
_SENT = {"draft", "arguments"}
_ASKED = _SENT | {"text", "record", "other_record"}
_OF_A_VERDICT = {"verdict", "reasons"}
_EXPECTED = _OF_A_VERDICT | {"expect", "hides", "keeps", "fails"}
"""Keys of a test: what is sent, all that is asked, and what must come of it."""
_INTENT = re.compile(r"\w[\w .:/-]{0,99}")

Found = tuple["Loc", str]
"""Where, and the sentence."""


def meaningless(document: Document, *, entities: Collection[str] | None = None) -> list[Problem]:
    """A problem for each name in a policy or a profile that means nothing.

    ``entities``: all that can be found, if that is known.
    """
    data = document.data if isinstance(document.data, dict) else {}
    found = [
        *_paths(data),
        *_entities(data, entities),
        *_intents(data),
        *_agents(data),
        *_held(data),
        *_tests(data),
        *_sampled(data),
        *_at_risk(data),
    ]
    return [document.problem(loc, sentence) for loc, sentence in found]


def _sampled(data: dict[str, Any]) -> Iterator[Found]:
    for name in _mapping(data, "sampling", "by_intent"):
        if name not in _mapping(data, "intents"):
            yield ("sampling", "by_intent", name), f"there is no intent {name}"


def _mapping(data: object, *keys: str | int) -> dict[str, Any]:
    for key in keys:
        if isinstance(data, list) and isinstance(key, int):
            data = data[key]
        else:
            data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _paths(data: dict[str, Any]) -> Iterator[Found]:
    places: list[tuple[str, ...]] = [("intents", name, "fields") for name in _mapping(data, "intents")]
    places += [("field_sets", name) for name in _mapping(data, "field_sets")]
    for at in (*places, ("entities",), ("subjects",)):
        yield from _patterns([((*at, path), path) for path in _mapping(data, *at)])
    for path, source in _mapping(data, "subjects").items():
        yield from _patterns([(("subjects", path), source)] if isinstance(source, str) else [])
        with suppress(ValueError, TypeError):
            if wrong := wrong_subject(parse_pattern(path), parse_pattern(source)):
                yield ("subjects", path), f"the path {path} or its subject's {wrong}"
    lists: list[Loc] = [("internal",), *((*at, "drop") for at in _tightenings(data))]
    for place in lists:
        parent = _mapping(data, *place[:-1])
        yield from _patterns([((*place, i), path) for i, path in _listed(parent, str(place[-1]))])


def _tightenings(data: dict[str, Any]) -> list[Loc]:
    """Where what can only hide more is written, whatever the destination."""
    if "profile" in data:
        return [()]
    signals: list[Loc] = [("risk", signal) for signal in _mapping(data, "risk")]
    return [*signals, *(at for signal in signals for at in _for_intents(data, signal))]


def _for_intents(data: dict[str, Any], signal: Loc) -> Iterator[Loc]:
    """Where a risk signal has rules for some intents."""
    rules = _mapping(data, *signal).get("for_intents")
    yield from ((*signal, "for_intents", i) for i, _ in enumerate(rules if isinstance(rules, list) else []))


def _at_risk(data: dict[str, Any]) -> Iterator[Found]:
    for at in _tightenings(data):
        for i, name in _listed(_mapping(data, *at), "intents"):
            if name not in _mapping(data, "intents"):
                yield (*at, "intents", i), f"there is no intent {name}"


def _treatments(data: dict[str, Any]) -> Iterator[tuple[Loc, Collection[str]]]:
    """Where it says of entities what becomes of them, and the keys there that are no entities."""
    places: list[tuple[Loc, Collection[str]]] = [
        (("destinations", place), DestinationFile.model_fields) for place in _mapping(data, "destinations")
    ]
    places += [
        ((*at, way, name), WhoseFile.model_fields)
        for at, _ in tuple(places)
        for way in _WAYS
        for name in _mapping(data, *at, way)
    ]
    places += [
        ((*at, place), WhoseFile.model_fields)
        for at in _tightenings(data)
        for place in DestinationsFile.model_fields
    ]
    for at, keys in places:
        yield at, keys
        yield from (((*at, whose), _DEFAULT) for whose in _WHOSE)
        yield (*at, "thresholds"), _DEFAULT


def _patterns(paths: list[tuple[Loc, str]]) -> Iterator[Found]:
    seen: dict[Pattern, str] = {}
    for loc, path in paths:
        try:
            pattern = parse_pattern(path)
        except ValueError as error:
            yield loc, f"the path {path} cannot be read: {error}"
            continue
        if pattern in seen:
            yield loc, f"the path {path} is the same as {seen[pattern]}, which stands here already"
        seen.setdefault(pattern, path)


def _entities(data: dict[str, Any], known: Collection[str] | None) -> Iterator[Found]:
    places = [*_treatments(data), (("thresholds",), _DEFAULT), (("pseudonyms",), _DEFAULT)]
    named: list[tuple[Loc, str]] = [
        ((*at, entity), entity) for at, keys in places for entity in _mapping(data, *at) if entity not in keys
    ]
    own = [(("deny", e), e) for e in _mapping(data, "deny")]
    own += [(("entities", path), e) for path, e in _mapping(data, "entities").items() if isinstance(e, str)]
    for loc, entity in (*named, *own):
        if not re.search(ENTITY, entity):
            yield (
                loc,
                f"{entity} is neither an entity (which is written like CREDIT_CARD) nor a key known here",
            )
    if known is None:
        return
    findable = {*known, *(entity for _, entity in own)}
    for loc, entity in named:
        if entity not in findable and re.search(ENTITY, entity):
            near = get_close_matches(entity, findable, 1)
            yield loc, f"nothing finds the entity {entity}" + (f"; is {near[0]} meant?" if near else "")


def _intents(data: dict[str, Any]) -> Iterator[Found]:
    for name, entry in _mapping(data, "intents").items():
        if not _INTENT.fullmatch(name):
            yield (
                ("intents", name),
                "an intent's name is letters, digits and _ - . : / in at most 100 characters",
            )
        if isinstance(entry, dict) and not {"fields", "field_sets"} & set(entry):
            yield (
                ("intents", name),
                f"the intent {name} has neither fields nor field_sets; if it uses none, fields: {{}}",
            )
        own = dict(_readable(_mapping(entry, "fields")))
        used: dict[Pattern, tuple[str, object]] = {}
        for i, listed in _listed(entry, "field_sets"):
            at: Loc = ("intents", name, "field_sets", i)
            if listed not in _mapping(data, "field_sets"):
                yield at, f"there is no field set {listed}"
            for pattern, action in _readable(_mapping(data, "field_sets", listed)):
                before, earlier = used.setdefault(pattern, (listed, action))
                if action != earlier and pattern not in own:
                    yield at, f"the field sets {before} and {listed} differ on {pattern.text}"


def _readable(fields: dict[str, Any]) -> Iterator[tuple[Pattern, object]]:
    for path, action in fields.items():
        with suppress(ValueError):
            yield parse_pattern(path), action


def _agents(data: dict[str, Any]) -> Iterator[Found]:
    for agent, entry in _mapping(data, "agents").items():
        if _mapping({"entry": entry}, "entry").get("autonomy") == "high" and not entry.get("supervised_by"):
            yield (
                ("agents", agent, "autonomy"),
                f"agent {agent} acts by itself only with a person who watches it: name one in supervised_by",
            )
        for i, name in _listed(entry, "intents"):
            if name not in _mapping(data, "intents"):
                yield (
                    ("agents", agent, "intents", i),
                    f"the intent {name} of agent {agent} is not in this policy",
                )


def _tests(data: dict[str, Any]) -> Iterator[Found]:
    """A test that can prove nothing."""
    tests = data.get("tests")
    for i, test in enumerate(tests if isinstance(tests, list) else []):
        said = set(test) if isinstance(test, dict) else _ASKED | _EXPECTED
        sent = said & _SENT
        if not said & _ASKED:
            yield ("tests", i), f"tests[{i}] has none of {', '.join(sorted(_ASKED))}"
        if not said & _EXPECTED:
            yield ("tests", i), f"tests[{i}] expects nothing: say one of {', '.join(sorted(_EXPECTED))}"
        if len(sent) > 1:
            yield ("tests", i), f"tests[{i}] has a draft and arguments; a review is of one of them"
        if not sent and said & _OF_A_VERDICT:
            yield ("tests", i), f"tests[{i}] has no draft or arguments that there could be a verdict on"
        for at, signal in _listed(test, "risk_signals"):
            if signal not in _mapping(data, "risk"):
                yield ("tests", i, "risk_signals", at), f"there is no risk signal {signal}"


def _held(data: dict[str, Any]) -> Iterator[Found]:
    """Where nobody could decide: what goes to the model or a log is rewritten, and asks no person."""
    for place in _UNREVIEWED:
        for at in (("destinations",), *_tightenings(data)):
            yield from _holding((*at, place), _mapping(data, *at).get(place), place)


def _holding(at: Loc, said: object, place: str) -> Iterator[Found]:
    if said == "hold":
        yield at, f"hold waits for a person, and what goes to {place} asks none; say block or redact"
    for key, below in said.items() if isinstance(said, dict) else ():
        yield from _holding((*at, key), below, place)


def _listed(entry: object, key: str) -> list[tuple[int, str]]:
    listed = _mapping({"entry": entry}, "entry").get(key)
    return [(i, x) for i, x in enumerate(listed if isinstance(listed, list) else []) if isinstance(x, str)]
