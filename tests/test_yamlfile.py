"""The YAML edge: YAML 1.2's scalars, a line for every node, and a problem instead of a surprise."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from hushgate.yamlfile import Problem, problems_of, read_yaml


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        path = tmp_path / "some.yaml"
        path.write_text(text, encoding="utf-8")
        return read_yaml(path)

    return read_text


def sentences(document):
    return [(problem.line, problem.sentence) for problem in document.problems]


def test_scalars_are_those_of_the_core_schema(read):
    document = read(
        "a: [no, on, 2026-11-21, 12:30, 0123, 0x1f, 1_000]\nb: [true, 12, -1.5, 1e3, ~, null, '12']\n"
    )

    assert document.problems == ()
    assert document.data == {
        "a": ["no", "on", "2026-11-21", "12:30", "0123", "0x1f", "1_000"],
        "b": [True, 12, -1.5, 1000.0, None, None, "12"],
    }


def test_keys_are_text_whatever_they_look_like(read):
    assert read("1: a\ntrue: b\n~: c\n").data == {"1": "a", "true": "b", "~": "c"}


def test_every_node_has_the_line_of_its_key(read):
    document = read("a:\n  - x: |\n      long\n      text\n    y: 2\n  - z\nb: 1\n")

    lines = [
        document.line(loc) for loc in [(), ("a",), ("a", 0), ("a", 0, "x"), ("a", 0, "y"), ("a", 1), ("b",)]
    ]
    assert lines == [1, 1, 2, 2, 5, 6, 7]


def test_what_is_missing_has_the_line_of_its_nearest_parent(read):
    document = read("\na:\n  - x: 1\n")

    assert document.line(("a", 0, "missing", "deep")) == 3
    assert document.line(("missing",)) == 2


def test_a_second_key_of_the_same_name_is_a_problem_on_its_line(read):
    document = read("a: 1\nb: 2\na: 3\n")

    assert sentences(document) == [(3, "the key a stands here a second time")]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: [1\nb: 2\n", 2, "is not YAML"),
        ("a: &x [1]\nb: *x\n", 2, "alias"),
        ("a: !!python/name:os.system x\n", 1, "tag"),
        ("a: !!int x\n", 1, "tag"),
        ("? [a]\n: 1\n", 1, "key that is not plain text"),
        ("", 1, "is empty"),
        ("\x01", 1, "is not YAML"),
        ("a: " + "[" * 200 + "]" * 200, 1, "nested deeper"),
    ],
)
def test_what_a_file_has_no_use_for_is_a_problem_with_its_line(read, text, line, part):
    (problem, *_) = read(text).problems

    assert problem.line == line
    assert part in problem.sentence


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path):
    missing = tmp_path / "missing.yaml"
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: \xe9\n")

    assert [str(p) for p in read_yaml(missing).problems] == [
        f"{missing}:1: cannot be read: No such file or directory"
    ]
    assert [str(p) for p in read_yaml(latin).problems] == [f"{latin}:1: is not UTF-8 text"]


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    sizes: tuple[int, ...]


def test_a_schemas_errors_are_sentences_with_lines_and_without_values(read):
    document = read("name: [SECRET]\nsizes:\n  - 1\n  - SECRET\ncolour: SECRET\n")

    with pytest.raises(ValidationError) as raised:
        Thing.model_validate(document.data)

    problems = problems_of(document, raised.value)
    assert [(p.line, p.sentence) for p in problems] == [
        (1, "name must be text"),
        (4, "sizes.1 must be a valid integer, unable to parse string as an integer"),
        (5, "colour is not a key that is known here"),
    ]
    assert "SECRET" not in "".join(map(str, problems))


def test_a_missing_key_is_named(read):
    document = read("name: x\n")

    with pytest.raises(ValidationError) as raised:
        Thing.model_validate(document.data)

    assert problems_of(document, raised.value) == [Problem(document.file, 1, "sizes is required")]


def test_no_repr_shows_what_the_file_says(read):
    assert "SECRET" not in repr(read("a: SECRET\n"))
