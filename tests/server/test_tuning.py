"""Explaining over the wire: what became of each match, and which rules are loaded."""

import pytest

from hushgate.client import Action, Client, Refused
from hushgate.detection.candidates import Outcome as Became
from hushgate.server.limits import EXPLAINED_CHARACTERS
from hushgate.v1 import tuning_service_pb2
from hushgate.v1.tuning_service_pb2 import Outcome

CARD = "4111 1111 1111 1111"


def test_every_outcome_stands_in_the_proto_and_no_other():
    declared = {name for name, number in tuning_service_pb2.Outcome.items() if number}

    assert {f"OUTCOME_{outcome}" for outcome in Became} == declared


def test_a_finding_is_explained_without_its_text(client: Client):
    answer = client.explain(f"é paid with {CARD}")

    (finding,) = answer.findings
    found = [each for each in answer.candidates if each.outcome == Outcome.OUTCOME_FOUND]
    assert (finding.entity, finding.start, finding.end) == ("CREDIT_CARD", 12, 31)
    assert finding.action == Action.ACTION_REDACT
    assert finding.rule in {each.rule for each in found if (each.start, each.end) == (12, 31)}
    assert all("passes luhn" in each.detail for each in found if each.rule == finding.rule)
    assert "1111" not in str(answer)


def test_a_failed_check_is_told(client: Client):
    answer = client.explain("paid with 4111111111111112")

    rules = {each.id for each in client.list_rules(entity="CREDIT_CARD").rules}
    told = [each for each in answer.candidates if each.rule in rules and (each.start, each.end) == (10, 26)]
    outcomes = {(each.outcome, each.detail.partition(": ")[0]) for each in told}
    assert (Outcome.OUTCOME_CHECK_FAILED, "it does not pass the check luhn") in outcomes


def test_marked_spans_are_answered_in_order(client: Client):
    spans = [(10, 29), (0, 4), (5, 29)]

    marked = client.explain(f"paid with {CARD}", marked=spans).marked

    assert [(each.span.start, each.span.end) for each in marked] == spans
    assert [each.found for each in marked] == [True, False, False]
    assert [each.why.partition(" by ")[0] for each in marked] == [
        "found",
        "no pattern matches here, and no model names it",
        "found only in part,",
    ]


def test_a_label_gives_context_and_is_not_looked_at(client: Client):
    number, label = "88213409118", f"account number {CARD}"

    bare, labelled = client.explain(number), client.explain(number, label=label)

    assert [each.entity for each in labelled.findings] != [each.entity for each in bare.findings]
    assert all(each.end <= len(number) for each in labelled.candidates)
    assert "4111" not in str(labelled)


@pytest.mark.parametrize(
    ("asked", "reason", "field"),
    [
        ({"text": "a" * (EXPLAINED_CHARACTERS + 1)}, "TEXT_TOO_LONG", "text"),
        ({"text": "", "label": "a" * (EXPLAINED_CHARACTERS + 1)}, "TEXT_TOO_LONG", "label"),
        ({"text": "ab", "marked": [(0, 1)] * 1001}, "TOO_MANY_ITEMS", "marked"),
        ({"text": "ab", "marked": [(0, 1), (1, 3)]}, "FIELD_INVALID", "marked[1]"),
        ({"text": "ab", "marked": [(1, 1)]}, "FIELD_INVALID", "marked[0]"),
    ],
    ids=["a long text", "a long label", "many spans", "a span beyond the text", "an empty span"],
)
def test_what_cannot_be_explained_is_refused(asked, reason, field, client: Client):
    with pytest.raises(Refused) as refused:
        client.explain(**asked)

    assert (refused.value.reason, refused.value.field) == (reason, field)


def test_the_longest_text_is_explained_in_time(client: Client):
    unit = "card 4111 1111 1111 1112, call 212-555-0188 or 12345678901. "
    text = (unit * (EXPLAINED_CHARACTERS // len(unit) + 1))[:EXPLAINED_CHARACTERS]

    assert len(client.within(8).explain(text).candidates) > 1000


def test_rules_are_listed_as_their_packs_write_them(client: Client):
    listed = client.list_rules().rules

    assert [rule.id for rule in client.list_rules(entity="CREDIT_CARD").rules] == [
        rule.id for rule in listed if rule.entity == "CREDIT_CARD"
    ]
    assert list(client.list_rules(entity="NO_SUCH").rules) == []
    assert len({rule.id for rule in listed}) == len(listed) > 50
    assert all(rule.entity and rule.pattern and 0 < rule.score <= 1 for rule in listed)
    assert any(rule.checksum == "luhn" for rule in listed)
    assert any(rule.context for rule in listed)


def test_the_log_says_what_was_explained_by_entity_alone(server, client: Client):
    client.explain(f"I am Maren and paid with {CARD}", label="Maren's", marked=[(0, 4)])

    line = server.line(rpc="Explain", policy_version="2026-01-01.cases", entities={"CREDIT_CARD": 1})

    assert line["tenant"] == line["intent"] == line["verdict"] == line["reason"] == ""
    assert "Maren" not in server.log.read_text()
