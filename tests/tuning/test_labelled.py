"""Which lines are labelled texts, and what is said of those that are not."""

from __future__ import annotations

import json

import pytest

from hushgate.tuning.labelled import Label, Labelled, Turn, parse_lines, read_labelled
from hushgate.yamlfile import Problem


def parsed(*lines: object) -> list[Labelled | Problem]:
    data = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in lines]
    return list(parse_lines([line + b"\n" for line in data], "a.jsonl"))


def record(**changes: object) -> dict[str, object]:
    return {"id": "7", "text": "I am Ann", "spans": [{"start": 5, "end": 8, "type": "PERSON"}], **changes}


def test_a_line_is_a_text_with_labels_in_order():
    spans = [{"start": 5, "end": 8, "type": "B", "orig": "b"}, {"start": 0, "end": 1, "type": "A"}]
    (one,) = parsed(record(spans=spans, meta={"ignore": [[2, 4]], "level": "turn"}, source="x"))

    assert one == Labelled("I am Ann", (Label(0, 1, "A"), Label(5, 8, "B")), ((2, 4),), "7", "a.jsonl", 1)


def test_offsets_are_code_points():
    (one,) = parsed(record(text="🙂🙂 Ann", spans=[{"start": 3, "end": 6, "type": "PERSON"}]))

    assert one.text[one.labels[0].start : one.labels[0].end] == "Ann"


def test_without_an_id_the_line_number_is_its_name():
    first, second = parsed(record(id=None), {"text": "", "spans": []})

    assert (first.name, second.name) == ("1", "2")


def test_blank_lines_are_passed_over_and_counted():
    (one,) = parsed(b"", b"  ", record())

    assert one.line == 3


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"x", "is not JSON: Expecting value at column 1"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"[" * 100_000, "is not JSON that can be read: nested too deep"),
        (
            b'{"text": "a", "spans": ' + b"1" * 5000 + b"}",
            "is not JSON that can be read: a number is too long",
        ),
        ([], "the line must be a JSON object"),
        ({"spans": []}, "text is required"),
        ({"text": "a"}, "spans is required"),
        (record(text=5), "text must be a valid string"),
        (record(spans={}), "spans must be a valid list"),
        (record(spans=[{"start": 5, "end": 8}]), "spans[0].type is required"),
        (record(spans=[{"start": "5", "end": 8, "type": "A"}]), "spans[0].start must be a valid integer"),
        (record(spans=[{"start": True, "end": 8, "type": "A"}]), "spans[0].start must be a valid integer"),
        (
            record(spans=[{"start": -1, "end": 8, "type": "A"}]),
            "spans[0].start must be greater than or equal to 0",
        ),
        (
            record(spans=[{"start": 5, "end": 9, "type": "A"}]),
            "spans[0] goes beyond the text's 8 code points",
        ),
        (record(spans=[{"start": 5, "end": 5, "type": "A"}]), "spans[0] is empty"),
        (record(spans=[{"start": 5, "end": 3, "type": "A"}]), "spans[0] ends before it starts"),
        (
            record(spans=[{"start": 0, "end": 6, "type": "A"}, {"start": 5, "end": 8, "type": "B"}]),
            "the spans that start at 0 and at 5 overlap",
        ),
        (record(meta={"ignore": [[0, 99]]}), "meta.ignore goes beyond the text's 8 code points"),
    ],
    ids=lambda value: None if not isinstance(value, str) else value[:40],
)
def test_a_line_that_is_no_labelled_text_is_a_problem_with_its_place(line, sentence):
    problems = parsed(record(), line, record())

    assert [str(each) for each in problems if isinstance(each, Problem)] == [f"a.jsonl:2: {sentence}"]
    assert len(problems) == 3


def test_no_problem_holds_anything_of_the_line():
    marked = "4111111111111111"
    lines = [
        record(text=marked, spans=marked),
        record(spans=[{"start": marked, "end": 1, "type": marked}]),
        record(spans=[{"start": 0, "end": 900, "type": marked}]),
        {marked: marked},
        marked,
        f'{{"text": "{marked}'.encode(),
    ]

    problems = parsed(*lines)

    assert all(isinstance(each, Problem) for each in problems)
    assert not any(marked in str(each) for each in problems)


def test_no_text_stands_in_a_repr():
    (one,) = parsed(record())

    assert "Ann" not in repr(one)


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path):
    (problem,) = read_labelled(tmp_path / "none.jsonl")

    assert str(problem) == f"{tmp_path / 'none.jsonl'}:1: cannot be read: No such file or directory"


def test_an_identity_is_that_of_id_and_labels_wherever_the_line_stands():
    (one,) = parsed(record())
    _, moved = parsed(record(id="1"), record())
    (relabelled,) = parsed(record(spans=[]))

    assert one.identity == moved.identity
    assert one.identity != relabelled.identity


def test_a_conversation_has_turns_and_an_answer_its_question():
    (one,) = parsed(record(meta={"turns": [["agent", 0, 4], ["customer", 5, 8]], "asked_for": "name"}))

    assert one.turns == (Turn("agent", 0, 4), Turn("customer", 5, 8))
    assert one.asked_for == "name"


@pytest.mark.parametrize("turns", [[["agent", 0, 9]], [["agent", 4, 2]], [["a", 0, 5], ["b", 3, 8]]])
def test_turns_that_do_not_fit_the_text_are_a_problem(turns):
    (problem,) = parsed(record(meta={"turns": turns}))

    assert "meta.turns" in problem.sentence
