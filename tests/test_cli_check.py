"""``hushgate check``: every problem of packs and policies with its file and line."""

from __future__ import annotations

import sys

import pytest

from hushgate.cli import main

PACK = """
pack: own
description: Numbers of our own.
rules:
  - id: own.case
    entity: CASE_ID
    description: A case.
    pattern: |
      \\bC-\\d{4}\\b
    score: 0.9
    references: [https://example.com]
    matches: ["see «C-1234»"]
    ignores: ["see C-123"]
"""
POLICY = """
version: "1"
intents: {any: {description: Anything., fields: {a: keep}}}
destinations:
  model: {default: keep}
  customer: {own: {default: keep}, others: block}
  tool: {default: keep}
  human_agent: {default: keep}
  log: {default: redact, CASE_ID: hash}
"""


@pytest.fixture
def check(monkeypatch, capsys, assembled):  # whose packs are shared
    def run(*paths):
        monkeypatch.setattr(sys, "argv", ["hushgate", "check", *map(str, paths)])
        with pytest.raises(SystemExit) as ended:
            main()
        return (int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def written(tmp_path):
    """A directory with a pack and a policy, and a way to spoil them."""

    def write(*, pack=PACK, policy=POLICY):
        (tmp_path / "deeper").mkdir(exist_ok=True)
        (tmp_path / "deeper" / "own.yaml").write_text(pack)
        (tmp_path / "policy.yaml").write_text(policy)
        return tmp_path

    return write


def test_what_is_right_is_one_line(check, written):
    code, out, err = check(written())

    assert (code, err) == (0, "")
    assert out == "1 rule in 1 pack, 2 examples, 1 policy: no problem\n"


def test_files_of_one_name_in_several_folders_and_profiles_are_all_looked_at(check, written, tmp_path):
    written()
    other = tmp_path / "other"
    other.mkdir()
    (other / "policy.yaml").write_text(POLICY.replace("block", "shred"))
    (tmp_path / "house.yaml").write_text(
        "profile: house\ndescription: Ours.\nreferences: [https://example.com]\n"
    )

    right = check(tmp_path / "policy.yaml", tmp_path / "deeper", tmp_path / "house.yaml")
    wrong = check(other / "policy.yaml", tmp_path / "policy.yaml")

    assert right[:2] == (0, "1 rule in 1 pack, 2 examples, 1 policy, 1 profile: no problem\n")
    assert (wrong[0], wrong[1].count(f"{other}/policy.yaml:")) == (1, 1)


def test_a_file_may_be_named_alone(check, written):
    code, out, _ = check(written() / "deeper" / "own.yaml")

    assert (code, out) == (0, "1 rule in 1 pack, 2 examples, 0 policies: no problem\n")


def test_every_problem_is_a_line_with_its_place(check, written):
    path = written(
        pack=PACK.replace("C-1234»", "C-123»").replace("score: 0.9", "score: 9"),
        policy=POLICY.replace("log: {default: redact", "log: {default: shred"),
    )

    code, out, err = check(path)

    lines = out.splitlines()
    assert code == 1
    assert any(line.startswith(f"{path}/deeper/own.yaml:10: ") for line in lines)
    assert lines[-1].startswith(f"{path}/policy.yaml:9: ")
    assert err.endswith(f"{len(lines)} problems\n")


def test_an_example_that_does_not_hold_is_a_problem(check, written):
    path = written(pack=PACK.replace("see C-123", "see C-4321"))

    code, out, _ = check(path / "deeper")

    assert code == 1
    assert out.startswith(f"{path}/deeper/own.yaml:13: ")


def test_a_policy_that_names_what_nothing_finds_is_a_problem(check, written):
    path = written(policy=POLICY.replace("CASE_ID", "CASE_IDS"))

    code, out, _ = check(path)

    assert code == 1
    assert "nothing finds the entity CASE_IDS; is CASE_ID meant?" in out


@pytest.mark.parametrize("text", ["- id: a.b\n", "just words\n"])
def test_a_file_of_another_shape_is_told_so_in_plain_words(check, tmp_path, text):
    (tmp_path / "x.yaml").write_text(text)

    code, out, _ = check(tmp_path)

    assert (code, out) == (1, f"{tmp_path}/x.yaml:1: the file must be keys with values\n")


def test_what_is_not_yaml_is_a_problem(check, tmp_path):
    (tmp_path / "x.yaml").write_text("a: [\n")

    code, out, _ = check(tmp_path)

    assert code == 1
    assert out.startswith(f"{tmp_path}/x.yaml:2: is not YAML")


def test_a_path_that_is_not_there_is_a_problem(check):
    code, out, _ = check("/nowhere/packs")

    assert code == 1
    assert out.startswith("/nowhere/packs:1: cannot be read")


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("version: [", 2),
        (POLICY.replace("hash", "hide"), 9),
        (POLICY + "tests: [{intent: any, text: x, keeps: [y]}]", 10),
    ],
)
def test_policies_check_names_every_problem_of_a_policy_by_its_line(
    tmp_path, monkeypatch, capsys, said, line
):
    file = tmp_path / "policy.yaml"
    file.write_text(said)
    monkeypatch.setattr(sys, "argv", ["hushgate", "policies", "check", str(file)])
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    assert capsys.readouterr().out.startswith(f"{file}:{line}: ")
