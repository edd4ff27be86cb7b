"""When a label is found and a finding right; how often, and that nothing is counted twice or lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator

from hushgate.finding import Finding
from hushgate.tuning.labelled import Label, Labelled
from hushgate.tuning.scope import UNSAID, Scope
from hushgate.tuning.scoring import Alarm, Counts, Scored, expected, score
from hushgate.tuning.types import Meaning, Types

PLAIN = Types({})
TEXT = "call Ann Lee at 212-555-0188 or write to ann.lee@example.com tomorrow please"


def labelled(*labels: tuple[int, int, str], text: str = TEXT, ignored=()) -> Labelled:
    return Labelled(text, tuple(Label(*each) for each in labels), tuple(ignored), "1", "a.jsonl", 1)


def found(start: int, end: int, entity: str, at: float = 0.9) -> Finding:
    return Finding(start, end, entity, at, f"test.{entity.lower()}")


def scored(text: Labelled, *findings: Finding, scope: Scope = UNSAID, types: Types = PLAIN) -> Scored:
    return score(expected(text, scope, types, scope.precise(types)), findings)


def counts(of: Scored, entity: str) -> Counts:
    return dict(of.counts).get(entity, Counts())


def test_a_label_found_with_its_bounds_is_found_both_ways():
    one = counts(scored(labelled((5, 12, "PERSON")), found(5, 12, "PERSON")), "PERSON")

    assert one == Counts(1, 1, 1, 1, 1, 1, 6, 0)


def test_a_label_found_in_part_is_found_by_overlap_alone_and_the_rest_of_it_leaks():
    one = counts(scored(labelled((5, 12, "PERSON")), found(5, 8, "PERSON")), "PERSON")

    assert one == Counts(1, 1, 0, 1, 1, 0, 6, 3)


def test_spaces_and_signs_of_a_label_do_not_leak():
    one = scored(
        labelled((16, 28, "PHONE_NUMBER")), found(16, 19, "X"), found(20, 23, "X"), found(24, 28, "X")
    )

    assert counts(one, "PHONE_NUMBER").characters == 10
    assert counts(one, "PHONE_NUMBER").leaked == 0


def test_a_label_under_another_entity_is_missed_but_does_not_leak():
    one = scored(labelled((5, 12, "PERSON")), found(5, 12, "ORGANIZATION"))

    assert counts(one, "PERSON") == Counts(1, 0, 0, 0, 0, 0, 6, 0)
    assert counts(one, "ORGANIZATION") == Counts(predicted=1)
    assert one.confusions == (("PERSON", "ORGANIZATION"),)
    assert one.alarms == (Alarm(found(5, 12, "ORGANIZATION"), "PERSON"),)


def test_a_finding_where_nothing_is_labelled_is_a_false_alarm():
    one = scored(labelled(), found(0, 4, "PERSON"))

    assert counts(one, "PERSON") == Counts(predicted=1)
    assert one.confusions == (("", "PERSON"),)


def test_one_finding_over_two_labels_finds_both():
    one = counts(scored(labelled((5, 8, "PERSON"), (9, 12, "PERSON")), found(5, 12, "PERSON")), "PERSON")

    assert (one.support, one.found, one.predicted, one.right) == (2, 2, 1, 1)


def test_two_findings_in_one_label_are_both_right():
    one = counts(scored(labelled((5, 12, "PERSON")), found(5, 8, "PERSON"), found(9, 12, "PERSON")), "PERSON")

    assert (one.support, one.found, one.predicted, one.right, one.leaked) == (1, 1, 2, 2, 0)


def test_where_a_type_is_labelled_in_part_it_tells_recall_alone():
    scope = Scope(frozenset({"PERSON"}), frozenset({"URL"}))
    one = scored(labelled((16, 28, "URL")), found(16, 28, "URL"), found(0, 4, "URL"), scope=scope)

    assert counts(one, "URL") == Counts(1, 1, 1, 0, 0, 0, 10, 0)


def test_a_type_that_the_manifest_does_not_name_is_left_out():
    scope = Scope(frozenset({"PERSON"}))
    one = scored(labelled((16, 28, "URL")), found(16, 28, "URL"), scope=scope)

    assert one.counts == ()


def test_in_an_ignored_range_neither_a_label_nor_a_false_alarm_counts():
    one = scored(labelled((5, 12, "PERSON"), ignored=[(0, 12)]), found(0, 4, "PERSON"))

    assert one.counts == ()


def test_a_label_that_is_left_out_is_no_place_for_a_false_alarm():
    one = scored(labelled((5, 12, "TITLE")), found(5, 12, "PERSON"), types=Types({"TITLE": None}))

    assert one.counts == ()


def test_what_a_label_accepts_finds_it_and_stands_in_its_row():
    types = Types({"DATE_TIME": Meaning("DATE_TIME", frozenset({"DATE_OF_BIRTH"}))})
    one = scored(labelled((5, 12, "DATE_TIME")), found(5, 12, "DATE_OF_BIRTH"), types=types)

    assert counts(one, "DATE_TIME") == Counts(1, 1, 1, 1, 1, 1, 6, 0)
    assert counts(one, "DATE_OF_BIRTH") == Counts()


def test_equal_entities_find_each_other():
    types = Types({}, (frozenset({"ACCOUNT_ID", "US_BANK_NUMBER"}),))
    one = scored(labelled((16, 28, "ACCOUNT_ID")), found(16, 28, "US_BANK_NUMBER"), types=types)

    assert counts(one, "ACCOUNT_ID") == Counts(1, 1, 1, 1, 1, 1, 10, 0)


def test_a_label_of_any_entity_tells_recall_and_calls_nothing_wrong():
    types = Types({"UNTYPED_ID": Meaning("UNTYPED_ID", frozenset({"*"}), recall_only=True)})
    one = scored(labelled((16, 28, "UNTYPED_ID")), found(16, 28, "PHONE_NUMBER"), types=types)

    assert one.counts == (("UNTYPED_ID", Counts(1, 1, 1, 0, 0, 0, 10, 0)),)


ENTITIES = ("A", "B", "C")
SPANS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6), st.sampled_from(ENTITIES)), max_size=8)


def disjoint(steps: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans one behind the other: each with the gap before it and its length."""
    spans, at = [], 0
    for gap, length, entity in steps:
        spans.append((at + gap, at + gap + length, entity))
        at += gap + length
    return spans


def given_text(labels) -> Labelled:
    return labelled(*labels, text="ab 1" * 30)


@given(SPANS.map(disjoint), SPANS.map(disjoint))
def test_counts_add_up(labels, findings):
    one = scored(given_text(labels), *(found(*each) for each in findings))

    assert sum(each.support for _, each in one.counts) == len(labels)
    assert sum(each.predicted for _, each in one.counts) == len(findings)
    for entity, each in one.counts:
        assert each.support == sum(label == entity for *_, label in labels)
        assert 0 <= each.found_strictly <= each.found <= each.support
        assert 0 <= each.right_strictly <= each.right <= each.predicted
        assert each.found_strictly == each.right_strictly
        assert 0 <= each.leaked <= each.characters
    assert len(one.alarms) == sum(each.predicted - each.right for _, each in one.counts)
    assert sum(miss.leaked for miss in one.misses) == sum(each.leaked for _, each in one.counts)
    assert sum(label != "" for label, _ in one.confusions) == len(labels)


@given(SPANS.map(disjoint))
def test_findings_that_are_the_labels_are_all_right(labels):
    one = scored(given_text(labels), *(found(*each) for each in labels))

    for _, each in one.counts:
        assert each.support == each.found == each.found_strictly == each.predicted == each.right
        assert each.leaked == 0
    assert not one.alarms
    assert not one.misses


@given(SPANS.map(disjoint), SPANS.map(disjoint))
def test_no_finding_leaks_every_letter_and_digit(labels, findings):
    text = given_text(labels)
    covered = {at for start, end, _ in findings for at in range(start, end)}
    leaked = sum(text.text[at].isalnum() for s, e, _ in labels for at in range(s, e) if at not in covered)

    one = scored(text, *(found(*each) for each in findings))

    assert sum(each.leaked for _, each in one.counts) == leaked


def nervaluated(labels, findings) -> dict:
    def told(spans):  # its ends are inclusive
        return [[{"label": entity, "start": start, "end": end - 1} for start, end, entity in spans]]

    return Evaluator(told(labels), told(findings), tags=list(ENTITIES), loader="dict").evaluate()["entities"]


@given(SPANS.map(disjoint), SPANS.map(disjoint))
def test_strict_counts_are_those_of_nervaluate(labels, findings):
    theirs = nervaluated(labels, findings)

    for entity, each in scored(given_text(labels), *(found(*f) for f in findings)).counts:
        strict = theirs[entity]["strict"]
        assert (each.found_strictly, each.support, each.predicted) == (
            strict.correct,
            strict.possible,
            strict.actual,
        )


def overlaps(one, other) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] == other[2]


@given(SPANS.map(disjoint), SPANS.map(disjoint))
def test_overlap_counts_are_those_of_nervaluate_where_no_span_meets_two(labels, findings):
    # It pairs one to one; where spans meet several, what counts here is written above.
    findings = [f for f in findings if sum(overlaps(f, label) for label in labels) <= 1]
    labels = [label for label in labels if sum(overlaps(f, label) for f in findings) <= 1]
    theirs = nervaluated(labels, findings)

    for entity, each in scored(given_text(labels), *(found(*f) for f in findings)).counts:
        by_type = theirs[entity]["ent_type"]
        assert (each.found, each.right) == (by_type.correct, by_type.correct)
        assert (each.support - each.found, each.predicted - each.right) == (by_type.missed, by_type.spurious)


@pytest.mark.parametrize("entity", ENTITIES)
def test_an_entity_without_labels_or_findings_has_no_row(entity):
    assert entity not in dict(scored(labelled(), found(0, 4, "OTHER")).counts)


def test_a_finding_that_a_label_bears_out_is_no_false_alarm_though_its_type_does_not_count():
    types = Types({"CARD_PARTIAL": Meaning("CARD_PARTIAL", frozenset({"CARD"}))})
    scope = Scope(frozenset({"CARD"}))
    one = scored(labelled((16, 28, "CARD_PARTIAL")), found(16, 28, "CARD"), scope=scope, types=types)

    assert counts(one, "CARD") == Counts()
    assert one.alarms == ()
