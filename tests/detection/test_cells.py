"""Cells: values under a column's head, between tags or in a statement's list are read behind their label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.detection.cells import cells
from hushgate.detection.detector import Detector
from hushgate.detection.patterns import Patterns
from hushgate.detection.rule import Rule

RULE = Rule("toy.zip", "POSTCODE", r"(?i)post code: (?P<value>\d{4})", score=0.7)


def read(text: str) -> list[tuple[str, str]]:
    return [(text[cell.start : cell.end], cell.label) for cell in cells(text)]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("id,first_name,plan\n7,Dana,gold\n8,Omar,", [("Dana", "first name"), ("Omar", "first name")]),
        ('id;Name;e-mail\n7;"Lee; Dana";x@example.com', [("Lee; Dana", "name"), ("x@example.com", "e mail")]),
        ("id\tphone\tplan\r\n7\t555-0100\tgold\r\n", [("555-0100", "phone")]),
        (
            "a title\n\n| Name | Qty |Town |\n|:--|--:|---|\n| Dana | 2 | Leeds |",
            [("Dana", "name"), ("Leeds", "town")],
        ),
        ("| Surname | Lee |\n| Guests | 3 |", [("Lee", "surname")]),
        ("<c:firstName lang='en'> Dana </c:firstName><qty>3</qty>", [("Dana", "first name")]),
        ("<tr><td>Post code</td>\n<td class='v'>2945</td></tr>", [("2945", "post code")]),
        (
            "INSERT INTO c (id, last_name, pin) VALUES\n(1, 'O''Neil', '0042'), (2, NULL, 7);",
            [("O''Neil", "last name"), ("0042", "pin"), ("NULL", "last name")],
        ),
        (
            "COPY c (id, city) FROM stdin;\n1\tLeeds\n2\tYork\n\\.\n3\tHull",
            [("Leeds", "city"), ("York", "city")],
        ),
    ],
)
def test_a_value_is_read_with_the_words_that_label_it(text: str, held: list[tuple[str, str]]) -> None:
    assert read(text) == held


@pytest.mark.parametrize(
    "text",
    [
        "sku,colour,qty\n12,red,4",
        "Dana, my name is on it, thanks\nno commas here",
        "2025-11-04, name, 3\n2025-11-05, town, 4",
        "<status>active</status>",
        "SELECT name FROM c WHERE id IN (1, 2)",
        "name | town",
    ],
)
def test_what_no_word_labels_as_a_persons_is_no_cell(text: str) -> None:
    assert read(text) == []


def test_a_rule_of_words_finds_a_value_that_stands_lines_below_its_word() -> None:
    text = "id,plan,post_code\n7,1234,2945\n8,1235,2946"
    found = Detector(Patterns([RULE])).find(text)
    assert [text[each.start : each.end] for each in found] == ["2945", "2946"]


@given(st.text(alphabet="name,town;|\t\n\"<>/()' VALUES1-", max_size=120))
def test_cells_lie_in_their_text_in_order_and_hold_something(text: str) -> None:
    found = cells(text)
    assert found == sorted(found)
    assert all(
        0 <= cell.start < cell.end <= len(text) and text[cell.start : cell.end].strip() for cell in found
    )


@pytest.mark.parametrize(
    "text",
    ["(name, b) VALUES (" + " " * 100_000 + "x(", "COPY t (name) FROM stdin;\n" * 20_000],
    ids=["spaces", "lists"],
)
def test_a_text_that_is_made_to_be_slow_takes_time_in_proportion(text: str) -> None:
    # In its cube and its square, these would take hours.
    assert read(text) == []


def test_rows_of_a_copy_end_where_the_next_one_begins() -> None:
    text = "COPY a (name) FROM stdin;\nDana\nCOPY b (iban) FROM stdin;\nGB82\n"
    assert read(text) == [("Dana", "name"), ("GB82", "iban")]
