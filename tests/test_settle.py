"""Law 2: settled findings are disjoint, ordered, and cover all that any hiding finding covers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hushgate.finding import Action, Finding
from hushgate.settle import settle


def finding(
    start: int, end: int, action: Action = Action.REDACT, score: float = 0.5, entity: str = "X"
) -> Finding:
    return Finding(start, end, entity, score, "test.rule", action)


findings = st.lists(
    st.builds(
        lambda start, length, action, score: finding(start, start + length, action, score),
        st.integers(0, 40),
        st.integers(1, 20),
        st.sampled_from(list(Action)),
        st.sampled_from([0.2, 0.5, 0.9]),
    ),
    max_size=12,
)


def covered(items, *, hiding: bool) -> set[int]:
    return {at for f in items if f.action.hides or not hiding for at in range(f.start, f.end)}


@given(findings)
def test_settled_findings_are_disjoint_and_ordered(given_findings):
    out = settle(given_findings)

    assert all(a.end <= b.start for a, b in pairwise(out))
    assert all(f.start < f.end for f in out)


@given(findings)
def test_every_character_of_every_hiding_finding_stays_hidden(given_findings):
    assert covered(settle(given_findings), hiding=True) == covered(given_findings, hiding=True)


@given(findings)
def test_nothing_is_covered_that_no_finding_covers(given_findings):
    assert covered(settle(given_findings), hiding=False) == covered(given_findings, hiding=False)


@given(findings)
def test_settling_twice_changes_nothing(given_findings):
    once = settle(given_findings)

    assert settle(once) == once


def test_a_span_that_keeps_never_swallows_one_that_hides():
    out = settle([finding(0, 20, Action.KEEP, 1.0), finding(5, 9, Action.REDACT, 0.1)])

    assert [(f.start, f.end, f.action) for f in out] == [
        (0, 5, Action.KEEP),
        (5, 9, Action.REDACT),
        (9, 20, Action.KEEP),
    ]


def test_the_earliest_then_the_longest_then_the_surest_wins():
    early, long, sure = (
        finding(0, 4, entity="A"),
        finding(2, 9, entity="B"),
        finding(2, 9, score=0.9, entity="C"),
    )

    assert [(f.entity, f.start, f.end) for f in settle([long, sure, early])] == [("A", 0, 4), ("C", 4, 9)]
