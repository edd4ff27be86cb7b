"""The detector: patterns and names in one answer, labels for context only, our own stand-ins never."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from hushgate.detection.detector import Detector
from hushgate.detection.labels import opening
from hushgate.detection.names import Names
from hushgate.detection.patterns import Patterns
from hushgate.detection.rule import Rule
from hushgate.failure import Failure
from hushgate.transformation.tokens import token_id, write_token

RULES = (
    Rule("toy.case", "CASE_ID", r"\bC-\d{4}\b", score=0.5),
    Rule("toy.number", "NUMBER", r"\b\d{4}\b", score=0.1, context=("case",)),
    Rule("toy.shout", "SHOUT", r"\b[A-Z][A-Z_0-9\]\[ ]{6,40}!", score=0.5),
)
TOKEN = write_token("PERSON", token_id(7))


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    nlp = spacy.blank("en", meta={"name": "ruled"})
    nlp.add_pipe("entity_ruler").add_patterns(
        [
            {"label": "PERSON", "pattern": [{"LOWER": "maria"}, {"LOWER": "garcia"}]},
            {"label": "PERSON", "pattern": [{"LOWER": "name"}, {"TEXT": ":"}, {"LOWER": "zed"}]},
        ]
    )
    path = tmp_path_factory.mktemp("model") / "ruled"
    nlp.to_disk(path)
    return Names.load(path)


@pytest.fixture(scope="module")
def detector(names):
    return Detector(Patterns(RULES), names)


def spans(text, findings):
    return [(f.entity, text[f.start : f.end]) for f in findings]


def test_patterns_and_names_are_one_answer_in_order(detector):
    text = "Maria Garcia asks about C-1234 of Maria Garcia"

    assert spans(text, detector.find(text)) == [
        ("PERSON", "Maria Garcia"),
        ("CASE_ID", "C-1234"),
        ("PERSON", "Maria Garcia"),
    ]


def test_without_names_patterns_answer_alone_in_any_language():
    text = "Maria Garcia fragt nach C-1234"

    assert spans(text, Detector(Patterns(RULES)).find(text, language="de")) == [("CASE_ID", "C-1234")]


def test_a_language_that_the_model_does_not_speak_is_refused(detector):
    with pytest.raises(Failure, match="language must be en"):
        detector.find("hallo", language="de")


def test_many_answers_are_those_of_each_alone_in_order(detector):
    texts = ["C-1234", "Maria Garcia", "", "C-1234", "1234", "1234"]
    labels = ["", "", "", "", "case", ""]

    answers = detector.find_many(texts, labels=labels)

    assert answers == [detector.find(t, label=label) for t, label in zip(texts, labels, strict=True)]
    assert (len(answers[4]), len(answers[5])) == (1, 0)


def test_a_label_gives_context_to_patterns(detector):
    assert spans("1234", detector.find("1234", label="case number")) == [("NUMBER", "1234")]


def test_a_name_that_begins_in_the_label_is_cut_to_the_text(detector):
    assert spans("Zed", detector.find("Zed", label="customer name")) == [("PERSON", "Zed")]


@pytest.mark.parametrize(
    ("label", "before"),
    [
        ("customer name", "customer name: "),
        ("name", "name: "),
        ("order items name", "item: "),
        ("product title", "product: "),
        ("device status", "device status: "),
        ("", ""),
    ],
)
def test_the_name_of_a_thing_is_read_as_the_thing(label, before):
    assert opening(label) == before


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("ask Mar\u200bia Gar\u200dcia now", "Mar\u200bia Gar\u200dcia"),
        ("from Maria%20Garcia here", "Maria%20Garcia"),
        ("ask Мaria Gаrcia now", "Мaria Gаrcia"),
    ],
)
def test_a_disguised_name_is_found_with_its_whole_disguise(detector, text, whole):
    assert spans(text, detector.find(text)) == [("PERSON", whole)]
    assert spans(text, detector.find(text, label="some words")) == [("PERSON", whole)]


def test_a_view_adds_nothing_to_what_the_text_says_itself(detector):
    text = "Maria Garcia wrote na\u200bme%3A zed"

    assert spans(text, detector.find(text)) == [("PERSON", "Maria Garcia"), ("PERSON", "na\u200bme%3A zed")]


def test_what_stands_in_the_label_is_no_finding(detector):
    assert detector.find("hello", label="maria garcia C-1234") == ()


@pytest.mark.parametrize("ours", [TOKEN, "[PERSON]", "[CASE_ID]"])
def test_our_own_stand_ins_are_never_findings(detector, ours):
    text = f"{ours} asks, {ours}"

    assert detector.find(text) == ()


def test_a_finding_over_one_of_our_stand_ins_keeps_the_rest(detector):
    text = f"HELLO {TOKEN} THERE!"

    assert spans(text, detector.find(text)) == [("SHOUT", "HELLO"), ("SHOUT", "THERE!")]


def test_a_stand_in_with_a_forged_id_is_looked_at(detector):
    text = "HELLO [PERSON_ABC123] THERE!"

    assert spans(text, detector.find(text)) == [("SHOUT", text)]


@given(
    st.lists(st.sampled_from(["Maria Garcia", " ", "C-1234", "[", "]", TOKEN, "[PERSON]", "AB ", "!", "é"]))
)
def test_findings_are_distinct_ordered_and_inside_the_text(detector, parts):
    text = "".join(parts)

    found = detector.find(text)

    assert list(found) == sorted(set(found), key=lambda f: (f.start, -f.end, -f.score, f.rule, f.entity))
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(TOKEN not in text[f.start : f.end] for f in found)
