"""Which rule speaks of a path: compared with a plain search through all patterns."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.finding import Action
from hushgate.minimization.paths import Kind, parse_pattern
from hushgate.policy.fields import PathTable, field_rules, path_set, said, step

segments = st.sampled_from(["a", "b", "c", "[0]", "[1]", "[*]", "*", "**"])
patterns = (
    st.lists(segments, min_size=1, max_size=5)
    .filter(lambda each: ("**", "**") not in pairwise(each))
    .map(lambda each: parse_pattern(".".join(each).replace(".[", "[")))
)
paths = st.lists(st.sampled_from(["a", "b", "c", "d", 0, 1, 2]), min_size=1, max_size=6).map(tuple)


def matches(pattern, path):
    """The definition, word for word."""
    if not pattern:
        return not path
    first, *rest = pattern
    if first.kind is Kind.DEEP:
        least = 0 if rest else 1
        return any(matches(rest, path[taken:]) for taken in range(least, len(path) + 1))
    if not path:
        return False
    named = {
        Kind.ANY_KEY: isinstance(path[0], str),
        Kind.ANY_INDEX: isinstance(path[0], int),
        Kind.INDEX: path[0] == first.name,
        Kind.KEY: path[0] == first.name,
    }
    return named[first.kind] and matches(rest, path[1:])


@given(st.lists(patterns, max_size=8, unique=True), paths)
def test_the_most_specific_pattern_that_matches_speaks(written, path):
    table = PathTable([(pattern, pattern.rank) for pattern in written])
    ranks = [pattern.rank for pattern in written if matches(pattern.segments, path)]

    assert table.find(path) == max(ranks, default=None)


@given(st.lists(patterns, max_size=8, unique=True), paths)
def test_of_two_equally_specific_patterns_the_first_speaks(written, path):
    found = PathTable(list(zip(written, range(len(written)), strict=True))).find(path)
    matching = [i for i, pattern in enumerate(written) if matches(pattern.segments, path)]

    assert found == max(matching, key=lambda i: (written[i].rank, -i), default=None)


@given(st.dictionaries(patterns, st.sampled_from([Action.KEEP, Action.DROP, Action.MASK]), max_size=6), paths)
def test_a_rule_lets_through_only_what_its_own_pattern_names(fields, path):
    rule = field_rules(fields).find(path)

    if rule is not None and rule.action is not Action.DROP:
        assert any(
            matches(pattern.segments, path) and action is rule.action for pattern, action in fields.items()
        )


@given(st.dictionaries(patterns, st.sampled_from([Action.KEEP, Action.DROP, Action.MASK]), max_size=6), paths)
def test_the_order_of_the_rules_says_nothing(fields, path):
    backwards = dict(reversed(fields.items()))

    assert field_rules(fields).find(path) == field_rules(backwards).find(path)


def rule(path, **fields):
    return field_rules({parse_pattern(p): Action(a) for p, a in fields.items()}).find(path)


def test_a_dropped_container_takes_all_below_with_it():
    found = rule(("order", "private", "x"), **{"order.**": "keep", "order.private": "drop"})

    assert found is not None
    assert (found.action, found.reason) == (Action.DROP, "named by order.private")


def test_a_more_specific_rule_opens_a_part_of_what_is_dropped():
    fields = {"order.**": "keep", "order.private": "drop", "order.private.colour": "keep"}

    assert rule(("order", "private", "colour"), **fields).action is Action.KEEP
    assert rule(("order", "private", "size"), **fields).action is Action.DROP


@pytest.mark.parametrize("action", ["keep", "mask"])
def test_a_container_that_is_named_without_stars_lets_nothing_below_it_pass(action):
    found = rule(("order", "address", "street"), **{"order.address": action})

    assert found.action is Action.DROP
    assert found.reason == "order.address names an object or list; add .** to let all below it pass"


def test_what_hides_a_container_hides_what_a_wider_rule_keeps_and_what_keeps_it_does_not():
    path = ("order", "address", "street")

    assert rule(path, **{"order.**": "keep", "order.address": "mask"}).action is Action.DROP
    assert rule(path, **{"order.**": "keep", "order.address": "keep"}).action is Action.KEEP
    assert rule(path, **{"**.street": "keep", "order.address": "keep"}).action is Action.KEEP


def test_of_equally_specific_rules_the_one_that_drops_speaks_then_the_one_that_hides():
    path = ("x", "y", "z")

    assert rule(path, **{"**.x.**": "keep", "**.y.**": "drop"}).action is Action.DROP
    assert rule(path, **{"**.x.**": "keep", "**.y": "drop"}).action is Action.DROP
    assert rule(path, **{"**.x.**": "keep", "**.y.**": "mask"}).action is Action.MASK


def test_a_path_set_holds_the_named_fields_and_all_below():
    internal = path_set([parse_pattern("case.notes"), parse_pattern("**.secret.**")])

    assert internal.find(("case", "notes"))
    assert internal.find(("case", "notes", 0, "text"))
    assert internal.find(("a", "secret", "b"))
    assert not internal.find(("a", "secret"))
    assert not internal.find(("case", "title"))


@pytest.mark.parametrize(
    ("path", "is_named"),
    [(("a", "b"), True), (("a", "x"), False), (("d", "x"), False), (("e", 0), False), (("e", 1), True)],
)
def test_a_step_says_whether_a_pattern_names_the_segment_itself(path, is_named):
    table = PathTable([(parse_pattern(p), True) for p in ("a.b", "a.*", "d.**", "e[*]", "e[1]")])
    state = table.start
    for segment in path:
        state, named = step(state, segment)

    assert named is is_named
    assert said(state)


def test_patterns_with_many_stars_do_not_multiply_on_a_long_path():
    stars = PathTable([(parse_pattern(".".join(["**", "a"] * n)), n) for n in range(1, 12)])

    assert stars.find(("a",) * 64) == 11
