"""Packs: what is read from them, and what is wrong in them, by file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hushgate.assembly import load_patterns
from hushgate.detection.check import check, unmarked
from hushgate.detection.packs import pack_files, pack_schema, read_packs
from hushgate.detection.rule import Rule
from hushgate.failure import Failure, Reason
from hushgate.settings import Settings

RECOGNIZERS = Path(__file__).parents[2] / "recognizers"

HEAD = """\
pack: toy
description: Toys.
rules:
"""
CASE = r"""
  - id: toy.case
    entity: CASE_ID
    description: A case.
    pattern: |
      (?x) \b C - \d{4} \b
    score: 0.6
    matches: ["see «C-1234» and «C-1235»"]
    ignores: ["see C-123"]
"""


@pytest.fixture
def problems(tmp_path):
    """What is said of packs of these texts: ``(file, line, sentence)``."""

    def of(*texts):
        for number, text in enumerate(texts):
            (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
        return [(Path(each.file).name, each.line, each.sentence) for each in check([tmp_path])]

    return of


def case(**lines):
    """The toy rule with some of its lines put otherwise, or left out."""
    text = CASE
    for key, value in lines.items():
        old = next(line for line in text.splitlines() if line.strip().startswith(f"{key}:"))
        text = text.replace(f"{old}\n", f"    {key}: {value}\n" if value is not None else "")
    return text


def test_a_rule_is_read_as_it_is_written(tmp_path):
    (tmp_path / "toy.yaml").write_text(
        HEAD.replace("rules:", "profiles: [logs]\nrules:") + CASE, encoding="utf-8"
    )

    rules, problems = read_packs([tmp_path])

    assert problems == ()
    assert rules == (
        Rule(
            id="toy.case",
            entity="CASE_ID",
            pattern=r"(?x) \b C - \d{4} \b",
            description="A case.",
            score=0.6,
            profiles=("logs",),
            matches=("see «C-1234» and «C-1235»",),
            ignores=("see C-123",),
        ),
    )


@pytest.fixture
def profiled(tmp_path):
    """Three packs of a rule each: one of logs and eu, one of pci, one of no profile."""
    for name, profiles in {"a": "[logs, eu]", "b": "[pci]", "c": ""}.items():
        text = (HEAD + CASE).replace("toy", name)
        head = f"profiles: {profiles}\nrules:" if profiles else "rules:"
        (tmp_path / f"{name}.yaml").write_text(text.replace("rules:", head), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("profiles", "read"),
    [
        ((), ["a", "b", "c"]),
        (("logs",), ["a", "c"]),
        (("eu", "pci"), ["a", "b", "c"]),
        (("b",), ["b", "c"]),
    ],
)
def test_profiles_choose_packs_several_their_union_none_all(profiled, profiles, read):
    rules, problems = read_packs([profiled], profiles)

    assert problems == ()
    assert [rule.id.partition(".")[0] for rule in rules] == read


def test_a_profile_that_there_is_none_of_is_refused_with_those_that_there_are(profiled):
    with pytest.raises(Failure, match="there is no log, only eu, logs, pci, and any pack's name") as refused:
        read_packs([profiled], ("logs", "log"))

    assert (refused.value.reason, refused.value.field) == (Reason.FIELD_INVALID, "profiles")


def test_every_shipped_pack_belongs_to_a_profile():
    rules, _ = read_packs([RECOGNIZERS], compiled=RECOGNIZERS)

    assert {rule.id for rule in rules if not rule.profiles} == set()
    assert {profile for rule in rules for profile in rule.profiles} == {
        "contact-centre",
        "eu",
        "logs",
        "pci",
        "us-health",
    }


@pytest.mark.parametrize(
    ("profile", "example"),
    [
        ("contact-centre", "my nhs number is 943 476 5919"),
        ("eu", "Meine IBAN ist DE89 3704 0044 0532 0130 00"),
        ("us-health", "her ssn is 536-22-8417"),
        ("logs", "login failed for dana@example.com from 192.0.2.7"),
        ("pci", "the card is 4111 1111 1111 1111"),
    ],
)
def test_a_profile_finds_what_it_is_for(profile, example):
    assert load_patterns(Settings(profiles=(profile,))).find(example)


def test_only_the_patterns_of_a_folder_that_is_known_to_compile_go_unread(tmp_path):
    for name in ("known", "other"):
        text = (HEAD + CASE.replace("C - ", "( C - ")).replace("toy", name)
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(text, encoding="utf-8")

    _, problems = read_packs([tmp_path], compiled=tmp_path / "known")

    assert [Path(each.file).parent.name for each in problems] == ["other"]


def test_files_come_in_the_order_of_their_names_each_once(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("b.yaml", "a.yaml", "deep/c.yaml", "notes.txt"):
        (tmp_path / name).write_text("")

    files = pack_files([tmp_path, tmp_path / "a.yaml"])

    assert [file.relative_to(tmp_path).as_posix() for file in files] == ["a.yaml", "b.yaml", "deep/c.yaml"]


def test_a_good_pack_has_no_problems(problems):
    assert problems(HEAD + CASE) == []


@pytest.mark.parametrize(
    ("rule", "line", "sentence"),
    [
        (case(score="0.6\n    colour: red"), 11, "rules.0.colour is not a key that is known here"),
        (case(ignores=None), 5, "rules.0.ignores is required"),
        (case(matches=None), 5, "rules.0.matches is required"),
        (
            case(ignores="[]"),
            12,
            "rules.0.ignores must have at least one entry",
        ),
        (case(score="2"), 10, "rules.0.score must be less than or equal to 1"),
        (case(entity="case"), 6, "rules.0.entity: String should match pattern '^[A-Z][A-Z0-9_]*$'"),
        (case(score="0.6\n    checksum: rot13"), 11, "rules.0.checksum: is not a check that exists; "),
        (case(matches='["see C-1234"]'), 11, "rules.0.matches.0 must mark what is found"),
        (case(matches='["see »C-1234«"]'), 11, "rules.0.matches.0 must mark what is found"),
        (case(ignores='["see «C-12»"]'), 12, "rules.0.ignores.0 must have no marks"),
        (CASE.replace("toy.case", "other.case"), 5, "the id other.case must begin with toy."),
        (
            CASE.replace("C - ", "( C - "),
            8,
            "rules.0.pattern: does not compile: missing ), unterminated subpattern",
        ),
        (
            CASE.replace(r"\d{4}", r"\d+"),
            8,
            "pattern has no bound on its width; write {0,40} for *, {1,40} for +",
        ),
        (
            CASE.replace(r"\d{4}", r"\d{4,20000}"),
            8,
            "pattern is up to 20002 characters wide; 10000 are allowed",
        ),
        (CASE.replace(r"\d{4}", r"\d{4} (?=.*x)"), 8, "pattern has a look-ahead with no bound on its width"),
        (CASE.replace(r"C - \d{4}", "(?=C)"), 8, "pattern matches nothing but empty text"),
        (
            CASE.replace(r"C - \d{4} \b", r"C - \d{4} \b | (?: \w{0,30} ){0,30} (?<=x) y"),
            8,
            "pattern takes longer than 100 ms on 402 characters of '1', which a loop of it repeats",
        ),
        (case(matches='["see «C-123»4 now"]'), 11, "toy.case finds «C-1234» in this example"),
        (case(matches='["see «C-12» now"]'), 11, "toy.case finds nothing in this example"),
        (case(ignores='["see C-1234"]'), 12, "toy.case finds «C-1234» in what it must ignore"),
        (case(score="0.6\n    requires: [case]"), 12, "toy.case finds nothing in this example"),
        (case(score="0.6\n    overlaps: [toy.other]"), 11, "there is no rule toy.other"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_with_its_line(problems, rule, line, sentence):
    (found, *more) = problems(HEAD + rule)

    assert more == []
    assert found[:2] == ("0.yaml", line)
    assert found[2].startswith(sentence)


def test_an_id_may_be_used_once_in_all_files(problems):
    (found,) = problems(HEAD + CASE, HEAD + CASE)

    assert found[:2] == ("1.yaml", 5)
    assert found[2].startswith("the id toy.case is taken: see ")
    assert found[2].endswith("0.yaml:5")


SURER = r"""
  - id: toy.surer
    entity: OTHER_ID
    description: Anything with a dash.
    pattern: |
      \w-\d{1,9}\b
    score: 0.8
    matches: ["«X-1»"]
    ignores: ["X1"]
"""


def test_a_clash_with_a_surer_rule_is_named_unless_it_is_meant(problems):
    clash = (
        "toy.surer finds OTHER_ID with 0.8 where toy.case finds CASE_ID with 0.6; "
        "make one of them surer, or list it under overlaps"
    )

    assert problems(HEAD + CASE + SURER) == [("0.yaml", 11, clash)]
    assert problems(HEAD + case(score="0.6\n    overlaps: [toy.surer]") + SURER) == []


def test_all_problems_are_listed_at_once(problems):
    found = problems(
        HEAD + CASE.replace(r"\d{4}", r"\d*"), "pack: [", HEAD.replace("toy", "bad") + case(score="3")
    )

    assert [(file, line) for file, line, _ in found] == [("0.yaml", 8), ("1.yaml", 2), ("2.yaml", 10)]


def test_parts_stand_in_patterns_and_in_parts_below_them(tmp_path):
    parts = "parts:\n  digits: |\n    \\d{4}\n  code: |\n    C - {{digits}}\n"
    text = HEAD.replace("rules:", f"{parts}rules:") + CASE.replace("C - \\d{4}", "{{code}}")
    (tmp_path / "toy.yaml").write_text(text, encoding="utf-8")

    (rule,), problems = read_packs([tmp_path])

    assert (rule.pattern, problems) == ("(?x) \\b C - \\d{4} \\b", ())
    assert check([tmp_path]) == []


def test_a_part_that_there_is_not_is_named_with_its_line(problems):
    text = HEAD + CASE.replace("C - \\d{4}", "{{code}}")
    ((_, line, said),) = problems(text)

    assert text.splitlines()[line - 1].strip().startswith("pattern:")
    assert "names the part code, which the pack does not have above it" in said


@pytest.mark.parametrize("parts", ["parts: 3\n", "parts: [a]\n", "parts:\n  a: 3\n"])
def test_parts_are_texts_by_name(problems, parts):
    assert any("parts" in said for _, _, said in problems(HEAD.replace("rules:", f"{parts}rules:") + CASE))


def test_marks_are_taken_out_of_examples():
    assert unmarked("a «b» c «d»") == ("a b c d", [(2, 3), (6, 7)])
    assert unmarked("«»x") == ("x", [(0, 0)])


def test_the_schema_that_editors_use_is_that_of_the_reader():
    written = json.loads((RECOGNIZERS / "pack.schema.json").read_text(encoding="utf-8"))

    assert written == pack_schema()
