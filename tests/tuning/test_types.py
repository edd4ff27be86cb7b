"""What labels count as, by the shipped file and by a user's, and what a manifest says of them."""

from __future__ import annotations

import json

import pytest

from hushgate.failure import Failure
from hushgate.tuning.scope import Scope, read_scopes
from hushgate.tuning.types import Meaning, read_types


def written(tmp_path, text: str):
    path = tmp_path / "types.yaml"
    path.write_text(text)
    return path


def test_a_label_that_is_not_mentioned_is_the_entity_of_that_name():
    assert read_types().meaning("IBAN_CODE").entity == "IBAN_CODE"


def test_last_digits_alone_tell_recall_and_are_found_under_any_name():
    meaning = read_types().meaning("CREDIT_CARD_PARTIAL")

    assert (meaning.entity, meaning.recall_only) == ("CREDIT_CARD_PARTIAL", True)
    assert meaning.accepts("US_SSN")


def test_a_number_without_a_type_is_found_under_any_name():
    assert read_types().meaning("UNTYPED_ID").accepts("PIN")


def test_an_address_without_its_signs_is_found_as_an_address():
    meaning = read_types().meaning("EMAIL_ADDRESS_STRIPPED")

    assert meaning.accepts("EMAIL_ADDRESS")
    assert not meaning.accepts("PERSON")


def test_another_name_for_an_entity_is_that_entity_and_still_accepts_its_own_name():
    meaning = read_types().meaning("US_PASSPORT")

    assert meaning.entity == "PASSPORT"
    assert meaning.accepts("US_PASSPORT")


def test_a_users_file_stands_over_the_shipped_one(tmp_path):
    types = read_types(
        written(
            tmp_path, "EMAIL_ADDRESS_STRIPPED: EMAIL_ADDRESS\nHANDLE: USERNAME\nPERSON: ~\ngroup: [A, B]\n"
        )
    )

    assert types.meaning("EMAIL_ADDRESS_STRIPPED") == Meaning(
        "EMAIL_ADDRESS", frozenset({"EMAIL_ADDRESS_STRIPPED"})
    )
    assert types.meaning("HANDLE").entity == "USERNAME"
    assert types.meaning("PERSON") is None
    assert types.meaning("A").accepts("B")
    assert types.meaning("B").accepts("A")
    assert types.meaning("UNTYPED_ID") == read_types().meaning("UNTYPED_ID")


def test_a_star_stands_for_the_same_letters_in_label_and_entity(tmp_path):
    types = read_types(written(tmp_path, '"B-*": "*"\n"I-*": {entity: "*", recall_only: true}\nB-MISC: ~\n'))

    assert types.meaning("B-PERSON") == Meaning("PERSON", frozenset({"B-PERSON"}))
    assert types.meaning("I-PERSON") == Meaning("PERSON", frozenset({"I-PERSON"}), recall_only=True)
    assert types.meaning("B-MISC") is None


def test_several_groups_are_kept_apart(tmp_path):
    types = read_types(written(tmp_path, "group: [[A, B], [C, D]]\n"))

    assert types.meaning("A").accepts("B")
    assert not types.meaning("A").accepts("C")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- A\n", "types.yaml:1: must map labels to entities"),
        ("A: B\nA: C\n", "types.yaml:2: the key A stands here a second time"),
        ("A: {entiti: B}\n", "types.yaml:1:"),
        ("group: A\n", "types.yaml:1:"),
        ("A: [B]\n", "types.yaml:1:"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path, text, sentence):
    with pytest.raises(Failure) as caught:
        read_types(written(tmp_path, text))

    assert sentence in caught.value.sentence


def test_a_digest_changes_with_a_meaning_and_not_with_the_order(tmp_path):
    one = read_types(written(tmp_path, "A: B\nC: D\n")).digest
    other = read_types(written(tmp_path, "C: D\nA: B\n")).digest
    third = read_types(written(tmp_path, "A: B\nC: E\n")).digest

    assert one == other != third


def manifest(tmp_path, data: object):
    (tmp_path / "manifest.json").write_text(json.dumps(data))
    return read_scopes(tmp_path)


def test_a_manifest_says_which_types_count(tmp_path):
    scopes = manifest(
        tmp_path,
        {
            "a.jsonl": {
                "complete_types": ["PERSON"],
                "partial_types": ["DATE_TIME (births only)"],
                "licence": "x",
            }
        },
    )
    scope = scopes["a.jsonl"]

    assert scope == Scope(frozenset({"PERSON"}), frozenset({"DATE_TIME"}))
    assert [scope.counts(each) for each in ("PERSON", "DATE_TIME", "URL")] == [True, True, False]
    assert scope.precise(read_types()) == {"PERSON"}


def test_all_partial_types_are_every_type(tmp_path):
    scope = manifest(tmp_path, {"a.jsonl": {"complete_types": [], "partial_types": ["all"]}})["a.jsonl"]

    assert scope.counts("ANYTHING")
    assert scope.precise(read_types()) == frozenset()


def test_a_complete_type_that_tells_recall_alone_is_not_precise():
    scope = Scope(frozenset({"US_SSN_PARTIAL", "EMAIL_ADDRESS", "TITLE"}))

    assert scope.precise(read_types()) == {"EMAIL_ADDRESS"}


def test_without_a_manifest_nothing_is_said(tmp_path):
    assert read_scopes(tmp_path) == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"a.jsonl": {"complete_types": 5}}'])
def test_what_is_no_manifest_is_refused(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(Failure, match=r"manifest\.json"):
        read_scopes(tmp_path)


@pytest.mark.parametrize(
    ("label", "entity"),
    [("first_name", "PERSON"), ("date-of-birth", "DATE_OF_BIRTH"), ("Email", "EMAIL_ADDRESS")],
)
def test_labels_of_other_sets_are_read_in_any_case(label: str, entity: str) -> None:
    meaning = read_types().meaning(label)
    assert meaning is not None
    assert meaning.entity == entity
    assert meaning.accepts(label)
