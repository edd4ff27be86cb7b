"""The path language: what a pattern names, and where a wrong one is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.document import path_text
from hushgate.minimization.paths import Kind, fold, parse_pattern
from hushgate.policy.fields import PathTable

keys = st.text(max_size=6) | st.sampled_from(
    ["", "a.b", "a[0]", "*", "**", '"', "\\", "é", "\ud800", " ", "_"]
)
paths = st.lists(keys | st.integers(0, 999_999_999), min_size=1, max_size=5).map(tuple)


def names(pattern, path):
    return PathTable([(parse_pattern(pattern), True)]).find(path) is True


@given(paths)
def test_a_path_as_it_is_written_names_itself(path):
    assert names(path_text(path), path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("customer.first_name", ("customer", "first_name")),
        ("customer.first_name", ("Customer", "firstName")),
        ("customer.first_name", ("customer", "First Name")),
        ("customer.first_name", ("CUSTOMER", "first-name")),
        ("order.items[*].name", ("order", "items", 7, "name")),
        ("order.items[0].id", ("order", "items", 0, "id")),
        ("payment.*.brand", ("payment", "any thing", "brand")),
        ("order.**", ("order", "a")),
        ("order.**", ("order", "a", 0, "b")),
        ("**.internal_notes", ("internal_notes",)),
        ("**.internal_notes", ("case", 3, "x", "internal_notes")),
        ("a.**.z", ("a", "z")),
        ("a.**.z", ("a", 0, "b", "z", "z")),
        ("**[0]", ("a", 0)),
        ("[*].a", (4, "a")),
        ('["a.b"].c', ("a.b", "c")),
        ('a["*"]', ("a", "*")),
        ("#W1.größe", ("#W1", "Größe")),
    ],
)
def test_a_pattern_names(pattern, path):
    assert names(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("customer.first_name", ("customer",)),
        ("customer.first_name", ("customer", "first_name", "x")),
        ("customer.first_name", ("customer", "last_name")),
        ("order.items[*]", ("order", "items", "0")),
        ("order.items[1]", ("order", "items", 0)),
        ("order.items.*", ("order", "items", 0)),
        ("order.0", ("order", 0)),
        ("order.**", ("order",)),
        ("**", ()),
        ("a.**.z", ("a", "b")),
        ("**.internal_notes", ("internal_notes", "text")),
        ('["First Name"]', ("first_name",)),
        ('["a.b"]', ("a", "b")),
    ],
)
def test_a_pattern_does_not_name(pattern, path):
    assert not names(pattern, path)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a..b", "character 3"),
        ("a.", "character 3"),
        (".a", "character 1"),
        ("a b", "character 2"),
        ("ab*", "character 3"),
        ("a[", "character 2"),
        ("a[x]", "character 2"),
        ("a[-1]", "character 2"),
        ('a["x]', "character 2"),
        ('a["\\q"]', "character 3"),
        ("a.[0]", "character 3"),
        ("***", "character 3"),
        ("a.**.**", "character 7"),
        ("", "empty"),
    ],
)
def test_a_wrong_pattern_says_where_it_is_wrong(text, place):
    with pytest.raises(ValueError, match=place):
        parse_pattern(text)


def test_patterns_that_differ_only_in_spelling_are_equal():
    assert parse_pattern("customer.first_name") == parse_pattern("Customer.FirstName")
    assert parse_pattern("a[01]") == parse_pattern("a[1]")
    assert parse_pattern('["a"]') != parse_pattern("a")


def test_rank_goes_from_a_quoted_key_down_to_anything():
    ranks = [
        parse_pattern(text).rank for text in ('a["b"]', "a.b", "a[0]", "a[*]", "a.*", "a.**", "*.b", "**.b")
    ]

    assert ranks == sorted(ranks, reverse=True)
    assert parse_pattern("**").rank == (Kind.DEEP,)


@given(st.text(max_size=8))
def test_folding_twice_changes_nothing(key):
    assert fold(fold(key)) == fold(key)
