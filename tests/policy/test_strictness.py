"""Laws of strictness: a total order over actions, in which putting rules together only hides more."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from hushgate.finding import Action
from hushgate.policy.strictness import STRICTNESS, stricter, tightened

actions = st.sampled_from(list(Action))
said = st.lists(st.tuples(st.sampled_from(["risk.a", "risk.b", "profile.c"]), actions), max_size=5)


def laxer(one: Action, other: Action) -> bool:
    return STRICTNESS.index(one) < STRICTNESS.index(other)


def test_every_action_has_one_place():
    assert sorted(STRICTNESS) == sorted(Action)


@given(actions, actions, actions)
def test_the_stricter_of_two_is_idempotent_commutative_and_associative(a, b, c):
    assert stricter(a, a) is a
    assert stricter(a, b) is stricter(b, a)
    assert stricter(stricter(a, b), c) is stricter(a, stricter(b, c))


@given(actions, actions)
def test_the_stricter_of_two_is_one_of_them_and_laxer_than_neither(a, b):
    both = stricter(a, b)

    assert both in {a, b}
    assert not laxer(both, a)
    assert not laxer(both, b)


@given(actions, said)
def test_what_is_said_beside_only_tightens_and_who_decided_says_it(action, beside):
    decided, by = tightened(action, beside)

    assert not any(laxer(decided, each) for each in (action, *(what for _, what in beside)))
    assert bool(by) == (decided is not action)
    assert set(by) == {who for who, what in beside if what is decided and by}


@given(actions, st.lists(st.tuples(st.sampled_from("abc"), actions), max_size=4))
def test_the_order_in_which_it_is_said_changes_neither_action_nor_who(action, beside):
    answers = {
        (decided, frozenset(by)) for p in permutations(beside) for decided, by in [tightened(action, p)]
    }

    assert len(answers) == 1


@given(actions, said, said)
def test_more_rules_never_hide_less(action, some, more):
    assert not laxer(tightened(action, [*some, *more])[0], tightened(action, some)[0])


def test_what_keeps_is_the_laxest_and_what_stops_the_strictest():
    assert STRICTNESS[0] is Action.KEEP
    assert all(action.stops for action in STRICTNESS[-2:])
