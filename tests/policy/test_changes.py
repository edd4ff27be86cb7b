"""Two policies compared: every rule that is another is said once, with the way it goes; no text of a list."""

import pytest
from tests.policy.policies import SAYS, written

from hushgate.policy.changes import HIDES_MORE, LETS_MORE_THROUGH, changes
from hushgate.policy.reader import read_policy


def compared(tmp_path, before, after):
    old, new = (
        read_policy(written(tmp_path / f"{name}.yaml", name, **also))
        for name, also in (("v1", before), ("v2", after))
    )
    return [(c.where, c.what, c.before, c.after, c.effect) for c in changes(old, new)]


def to(place, said):
    return {"destinations": {**SAYS["destinations"], place: said}}


def fields(**actions):
    return {"intents": {"order_status": {"fields": actions}}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (fields(a="keep"), fields(a="keep"), []),
        (fields(a="keep"), fields(b="keep"), [
            ("intent order_status", "a", "keep", "drop", HIDES_MORE),
            ("intent order_status", "b", "drop", "keep", LETS_MORE_THROUGH),
        ]),
        (to("model", "redact"), to("model", {"default": "redact", "URL": "keep"}),
         [("model", "URL", "redact", "keep", LETS_MORE_THROUGH)]),
        (to("model", {"default": "redact", "URL": "redact"}), to("model", "mask"), [
            ("model", "all else", "redact", "mask", LETS_MORE_THROUGH)]),
        ({}, to("customer", {"default": "keep", "others": "redact"}),
         [("customer, somebody else's", "all else", "block", "redact", LETS_MORE_THROUGH)]),
        ({"thresholds": {"PERSON": 0.4}}, {"thresholds": {"PERSON": 0.4, "URL": 0.4}}, []),
        (to("log", {"default": "redact", "thresholds": {"URL": 0.6}}), {},
         [("log", "threshold of URL", "0.6", "0.4", HIDES_MORE)]),
        ({}, to("log", {"default": "redact", "secrets": "block"}),
         [("log", "secrets", "redact", "block", HIDES_MORE)]),
        ({"outbound": {"note_overlap_words": 9}}, {}, [("outbound", "note_overlap_words", "9", "6", "")]),
        ({"deny": {"PROJECT_NAME": ["blue"]}}, {"deny": {"PROJECT_NAME": ["blue", "red"]}},
         [("deny", "texts that are always PROJECT_NAME", "1", "2, 1 of them new", HIDES_MORE)]),
        ({"allow": ["Ann"]}, {"allow": ["Bob"]},
         [("allow", "texts that are never findings", "1", "1, 1 of them new", "")]),
        ({"internal": ["a"]}, {"internal": ["a", "b"]}, [("internal", "b", "", "named", "")]),
        ({}, {"tests": [{"intent": "order_status", "text": "x", "keeps": ["x"]}]},
         [("tests", "tests", "0", "1", "")]),
    ],
)  # fmt: skip
def test_each_rule_that_is_another_is_said_once(tmp_path, before, after, said):
    assert compared(tmp_path, before, after) == said


def test_a_field_that_an_intent_has_from_a_set_is_its_own(tmp_path):
    with_set = {
        "field_sets": {"s": {"a": "keep"}},
        "intents": {"order_status": {"field_sets": ["s"], "fields": {}}},
    }
    assert compared(tmp_path, fields(a="keep"), with_set) == []


def test_an_intent_that_comes_or_goes_is_said_as_a_whole(tmp_path):
    two = {"intents": {"order_status": {"fields": {}}, "refund": {"fields": {"a": "keep", "b": "keep"}}}}
    one = {"intents": {"order_status": {"fields": {}}}}
    [(where, _, _, now, effect)] = compared(tmp_path, one, two)
    assert (where, now, effect) == ("intent refund", "2 fields", LETS_MORE_THROUGH)
    [(where, _, was, _, effect)] = compared(tmp_path, two, one)
    assert (where, was, effect) == ("intent refund", "2 fields", HIDES_MORE)


def test_a_register_and_what_an_agent_may_use_up_are_told(tmp_path):
    agent = {"owner": "Care", "approved_by": "Privacy", "intents": ["order_status"]}
    said = compared(tmp_path, {}, {"agents": {"bot": {**agent, "max_records_per_session": 3}}})
    assert ("agents", "who may call", "any agent", "the agents named here", "") in said
    assert ("agents", "bot.max_records_per_session", "", "3", "") in said
    two = {"agents": {name: {**agent, "intents": ["order_status"]} for name in ("bot", "other")}}
    gone = compared(tmp_path, two, {"agents": {"bot": agent}})
    assert gone == [("agents", "other", "named", "", "")]
