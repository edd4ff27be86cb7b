"""Documents: what is read is what is written, and what two readers would read differently is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.document import Leaf, Number, label, leaves, parse, path_text, rebuild, serialize
from hushgate.failure import Failure, Reason

numbers = st.one_of(
    st.integers(min_value=-(10**40), max_value=10**40).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["-0", "1.50", "0.10", "1e5", "1E+05", "12345678901234567890.000"]),
).map(Number)
keys = st.text(max_size=6) | st.sampled_from(["", "a.b", "a[0]", "*", '"', "\\", "é", "\ud800", " "])
scalars = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=12), st.just("\udfff"))
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=25,
)


def as_the_standard_reader_reads(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def at(tree, path):
    for segment in path:
        tree = tree[segment]
    return tree


@given(trees)
def test_a_written_document_is_read_back_with_every_value_and_digit(tree):
    text = serialize(tree)

    assert parse(text, field="json") == tree
    assert as_the_standard_reader_reads(text) == tree


@given(trees)
def test_a_document_is_spaced_as_json_dumps_spaces_it(tree):
    without_numbers = rebuild(tree, lambda _, value: None if isinstance(value, Number) else value)

    text = serialize(without_numbers)

    assert json.loads(text) == without_numbers
    assert json.dumps(json.loads(text)) == json.dumps(without_numbers)
    assert len(text.encode("utf-8")) <= len(json.dumps(without_numbers))


@given(trees)
def test_leaves_are_the_scalars_where_they_stand(tree):
    found = list(leaves(tree))

    assert [at(tree, leaf.path) for leaf in found] == [leaf.value for leaf in found]
    assert len({leaf.path for leaf in found}) == len(found)
    assert not any(isinstance(leaf.value, dict | list) for leaf in found)


@given(trees)
def test_rebuilding_asks_for_each_leaf_in_order_and_keeps_the_shape(tree):
    asked = []

    def replace(path, value):
        asked.append(Leaf(path, value))
        return value

    assert rebuild(tree, replace) == tree
    assert asked == list(leaves(tree))


@pytest.mark.parametrize(
    "literal", ["1.50", "-0", "1e400", "0.1000", "9" * 5000, "-" + "7" * 5000 + ".5E-12"]
)
def test_a_number_stays_as_it_was_written(literal):
    assert serialize(parse(literal, field="json")) == literal


def test_keys_that_are_empty_or_look_like_paths_stay_as_they_are():
    text = '{"": 1, "a.b": {"[0]": 2}, "*": [], "**": {}, " ": "\\n"}'

    assert serialize(parse(text, field="json")) == text


def test_half_a_surrogate_pair_stays_an_escape():
    text = '{"\\ud800": "a\\udfffb", "whole": "\\ud83d\\ude00"}'

    written = serialize(parse(text, field="json"))

    assert written == '{"\\ud800": "a\\udfffb", "whole": "😀"}'
    assert written.encode("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"a": 1} {"b": 2}',
        '{"a": 1,}',
        '{"a": NaN}',
        '{"a": [Infinity, -Infinity]}',
        '{"a": 01}',
        '{"a": +1}',
        "{'a': 1}",
        '{"a": 1, "a": 1}',
        '{"a": {"b": 1, "\\u0062": 2}}',
        '{"a": "\n"}',
        '{"a": "\\x"}',
        "\ufeff{}",
        "nul",
    ],
)
def test_what_is_no_reliable_json_is_refused(text):
    with pytest.raises(Failure) as failed:
        parse(text, field="records[0].json")

    assert failed.value.reason is Reason.JSON_INVALID
    assert failed.value.field == "records[0].json"


@pytest.mark.parametrize("text", ["[]", "1", '"text"', "null", "true"])
def test_where_only_an_object_will_do_all_else_is_refused(text):
    assert parse(text, field="json") == as_the_standard_reader_reads(text)

    with pytest.raises(Failure) as failed:
        parse(text, field="json", object_only=True)

    assert failed.value.reason is Reason.JSON_INVALID


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        '{"a":' * 10_000,
        "[" * 10_000 + "]" * 10_000,
        '{"a":[' * 33 + "]}" * 33,
        "[" * 65 + "]" * 65,
    ],
)
def test_what_is_nested_too_deep_is_refused(text):
    with pytest.raises(Failure) as failed:
        parse(text, field="json")

    assert failed.value.reason is Reason.JSON_TOO_DEEP
    assert failed.value.limit == 64


def test_brackets_in_text_and_brackets_side_by_side_are_not_depth():
    deep_text = json.dumps({"a": "[{" * 1000 + '\\"[', "b": [[], {}] * 100})

    assert parse(deep_text, field="json") == json.loads(deep_text)
    assert parse("[" * 64 + "]" * 64, field="json") is not None


def test_an_unclosed_string_of_escapes_is_refused_without_going_back():
    with pytest.raises(Failure):
        parse("[" * 100 + '"' + '\\"' * 500_000, field="json")


@pytest.mark.parametrize(
    "text",
    ['{"pin": "90210" "x"}', '{"90210": 1, "90210": 2}', "[" * 70 + '"90210"' + "]" * 70, '{"90210": NaN}'],
)
def test_a_failure_holds_no_value_and_no_key(text):
    with pytest.raises(Failure) as failed:
        parse(text, field="json")

    error = failed.value
    assert "90210" not in f"{error} {error!r} {error.sentence} {error.__context__!r} {error.__cause__!r}"


def test_no_repr_holds_a_value():
    assert "90210" not in repr([Number("90210"), Leaf(("90210",), "90210"), Leaf((), Number("90210"))])


def test_keys_are_renamed_where_they_stand():
    tree = parse('{"a": {"b": 1}, "c": [{"d": 2}]}', field="json")

    renamed = rebuild(
        tree, lambda _, value: value, rename=lambda path, key: key.upper() if len(path) > 1 else key
    )

    assert serialize(renamed) == '{"a": {"B": 1}, "c": [{"D": 2}]}'


def test_keys_that_become_alike_are_told_apart():
    tree = parse('{"ann": 1, "bob": 2, "[PERSON]": 3, "[PERSON] (2)": 4}', field="json")

    renamed = rebuild(
        tree, lambda _, value: value, rename=lambda _, key: key if key.startswith("[") else "[PERSON]"
    )

    assert list(renamed) == ["[PERSON] (3)", "[PERSON] (4)", "[PERSON]", "[PERSON] (2)"]
    assert list(renamed.values()) == list(tree.values())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("order", "items", 0, "name"), "order.items[0].name"),
        ((0, 1, "a"), "[0][1].a"),
        (("a.b", "c"), '["a.b"].c'),
        (("c", "a b", "x"), 'c["a b"].x'),
        (("", "*", '"'), '[""]["*"]["\\""]'),
        (("#W2611340", "first-name", "größe"), "#W2611340.first-name.größe"),
        (("\ud800",), '["\\ud800"]'),
    ],
)
def test_a_path_is_written_as_policies_write_it(path, text):
    assert path_text(path) == text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("customer", "accountNumber"), "customer account number"),
        (("customer", "IBANNumber"), "customer iban number"),
        (("contact", 0, "Date_of-Birth"), "contact date of birth"),
        (("address1", "customerID2number"), "address customer id number"),
        (("party_plan.Day",), "party plan day"),
        (("Größenänderung", "телефонНомер"), "grössenänderung телефон номер"),
        ((3, "123"), ""),
    ],
)
def test_a_label_is_the_words_of_the_keys(path, words):
    assert label(path) == words
