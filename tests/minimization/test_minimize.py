"""Minimizing: each leaf is decided once, what no rule names is gone, and what is kept can be traced back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.document import Number, leaves, parse, path_text, serialize
from hushgate.finding import Action
from hushgate.minimization.minimize import NOT_NAMED, FieldDecision, minimize
from hushgate.minimization.paths import parse_pattern
from hushgate.policy.fields import field_rules
from hushgate.policy.model import Intent

keys = st.sampled_from(["a", "b", "c", "name", "", "a.b", "[0]", "*"])
actions = st.sampled_from([action for action in Action if action is not Action.BLOCK])
fields = st.dictionaries(
    st.sampled_from(
        [
            "a",
            "a.b",
            "a.**",
            "**.name",
            "*.a",
            "b[*]",
            "b[0].a",
            "c.*.b",
            '["a.b"].**',
            "**",
            "**.b.**",
            "[*].a",
        ]
    ),
    actions,
    max_size=5,
)
shapes = st.recursive(
    st.sampled_from(["text", "number", "constant"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)
records = st.dictionaries(keys, shapes, max_size=4).map(
    lambda shape: numbered(shape, iter(range(10**6, 10**7)))
)


def numbered(shape, numbers):
    """The shape filled with values that occur once."""
    match shape:
        case "text":
            return f"value {next(numbers)}"
        case "number":
            return Number(f"{next(numbers)}.50")
        case "constant":
            return None
        case list():
            return [numbered(item, numbers) for item in shape]
    return {key: numbered(item, numbers) for key, item in shape.items()}


def intent(rules):
    return Intent("test", "", field_rules({parse_pattern(p): Action(action) for p, action in rules.items()}))


def ends(tree, path=()):
    """Paths of all leaves and of all empty objects and lists below the root, in document order."""
    if isinstance(tree, dict | list) and (tree or not path):
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        return [end for key, child in items for end in ends(child, (*path, key))]
    return [path]


def at(tree, path):
    for segment in path:
        tree = tree[segment]
    return tree


@given(records, fields)
def test_every_leaf_and_every_empty_container_gets_one_decision_in_document_order(record, rules):
    minimized = minimize(record, intent(rules))

    assert [decision.path for decision in minimized.decisions] == ends(record)
    assert all(decision.reason for decision in minimized.decisions)


@given(records, fields)
def test_kept_and_dropped_leaves_together_are_all_leaves(record, rules):
    minimized = minimize(record, intent(rules))
    dropped = {decision.path for decision in minimized.decisions if decision.action is Action.DROP}
    all_leaves = [leaf.path for leaf in leaves(record)]

    assert list(minimized.kept_paths) == [path for path in all_leaves if path not in dropped]


@given(records, fields)
def test_what_is_kept_stands_as_it_was_and_its_original_path_is_known(record, rules):
    minimized = minimize(record, intent(rules))
    kept = list(leaves(minimized.kept))

    assert [leaf.value for leaf in kept] == [at(record, path) for path in minimized.kept_paths]
    for leaf, original in zip(kept, minimized.kept_paths, strict=True):
        assert [s for s in leaf.path if isinstance(s, str)] == [s for s in original if isinstance(s, str)]


@given(records, fields)
def test_a_dropped_value_is_nowhere_in_what_is_kept(record, rules):
    minimized = minimize(record, intent(rules))
    text = serialize(minimized.kept)

    for decision in minimized.decisions:
        value = at(record, decision.path)
        if decision.action is Action.DROP and isinstance(value, str | Number):
            assert serialize(value).strip('"') not in text


@given(records, fields)
def test_no_empty_container_is_left_over_by_dropping(record, rules):
    minimized = minimize(record, intent(rules))
    kept_empty = [
        d for d in minimized.decisions if d.action is not Action.DROP and at(record, d.path) in ({}, [])
    ]
    left = [end for end in ends(minimized.kept) if at(minimized.kept, end) in ({}, [])]

    assert len(left) == len(kept_empty)


@given(records, fields)
def test_the_keys_that_are_data_stand_in_what_is_kept_and_in_the_record(record, rules):
    minimized = minimize(record, intent(rules))

    for place, original in minimized.data_keys.items():
        assert place[-1] == original[-1]
        assert original[-1] in at(record, original[:-1])
        assert place[-1] in at(minimized.kept, place[:-1])


@given(records)
def test_an_intent_without_fields_keeps_nothing(record):
    minimized = minimize(record, intent({}))

    assert minimized.kept == {}
    assert {(decision.action, decision.reason) for decision in minimized.decisions} <= {
        (Action.DROP, NOT_NAMED)
    }


@given(records)
def test_two_stars_keep_everything(record):
    minimized = minimize(record, intent({"**": "keep"}))

    assert minimized.kept == record
    assert all(decision.action is Action.KEEP for decision in minimized.decisions)


def test_only_what_is_named_is_kept():
    record = parse(
        '{"order": {"id": "A-1", "items": [{"sku": 1.50, "note": "x"}, {"note": "y"}, {"sku": 2}],'
        ' "tags": []}, "customer": {"name": {"first": "Ann"}, "ssn": "000-00-0000"}}',
        field="json",
    )
    rules = {"order.id": "keep", "order.items[*].sku": "mask", "order.tags": "keep", "customer.name": "keep"}

    minimized = minimize(record, intent(rules))

    assert (
        serialize(minimized.kept)
        == '{"order": {"id": "A-1", "items": [{"sku": 1.50}, {"sku": 2}], "tags": []}}'
    )
    assert [path_text(path) for path in minimized.kept_paths] == [
        "order.id",
        "order.items[0].sku",
        "order.items[2].sku",
    ]
    assert [(path_text(d.path), d.action.value, d.reason) for d in minimized.decisions] == [
        ("order.id", "keep", "named by order.id"),
        ("order.items[0].sku", "mask", "named by order.items[*].sku"),
        ("order.items[0].note", "drop", NOT_NAMED),
        ("order.items[1].note", "drop", NOT_NAMED),
        ("order.items[2].sku", "mask", "named by order.items[*].sku"),
        ("order.tags", "keep", "named by order.tags"),
        (
            "customer.name.first",
            "drop",
            "customer.name names an object or list; add .** to let all below it pass",
        ),
        ("customer.ssn", "drop", NOT_NAMED),
    ]


def test_keys_that_only_a_wildcard_names_are_data():
    record = parse(
        '{"cards": [{"x": 1}, {"card_9": {"brand": "v", "pin": 1}}], "any": {"k": 1}}', field="json"
    )
    rules = {"cards[*].*.brand": "keep", "any.**": "keep"}

    minimized = minimize(record, intent(rules))

    assert serialize(minimized.kept) == '{"cards": [{"card_9": {"brand": "v"}}], "any": {"k": 1}}'
    assert minimized.data_keys == {("cards", 0, "card_9"): ("cards", 1, "card_9"), ("any", "k"): ("any", "k")}


def test_a_key_that_a_pattern_names_is_schema_also_where_a_wildcard_keeps_it():
    minimized = minimize(
        {"cards": {"main": {"brand": "v"}}}, intent({"cards.*.brand": "keep", "cards.main.id": "keep"})
    )

    assert minimized.data_keys == {}


@pytest.mark.parametrize(("record", "kept"), [({}, {}), ([], []), ([1], []), ("text", {}), (None, {})])
def test_a_record_of_which_nothing_is_named_leaves_nothing(record, kept):
    assert minimize(record, intent({"a": "keep"})).kept == kept


def test_no_repr_holds_a_value_or_a_key():
    minimized = minimize({"90210": "90210"}, intent({"**": "keep"}))

    assert "90210" not in repr(minimized)
    assert "90210" not in repr(FieldDecision(("90210",), Action.KEEP, "named by **"))
