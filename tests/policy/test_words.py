"""What an intent lets through, in plain words: fields by what is seen of them, texts by reader, agents."""

import pytest
from tests.policy.policies import written

from hushgate.failure import Failure, Reason
from hushgate.policy.reader import read_policy
from hushgate.policy.words import explained, intents


def lines(text):
    """Wherever they are broken."""
    return " ".join(text.split())


def test_an_intent_is_told_in_plain_words(tmp_path):
    policy = read_policy(
        written(
            tmp_path / "a.yaml",
            "v1",
            entities={"customer.first_name": "PERSON", "order.id": "ORDER_ID"},
            field_sets={"greeting": {"customer.first_name": "keep"}},
            intents={
                "order_status": {
                    "description": "Where an order is.",
                    "field_sets": ["greeting"],
                    "fields": {"order.id": "keep", "payment.card": "last4", "order.secret": "drop"},
                },
                "nothing": {"fields": {}},
            },
            destinations={
                "model": {"default": "pseudonymize", "ORDER_ID": "keep"},
                "customer": {"default": "keep", "others": "block", "channels": {"voice": {"URL": "redact"}}},
                "tool": "keep",
                "human_agent": "keep",
                "log": "redact",
            },
            agents={
                "bot": {
                    "owner": "Care",
                    "approved_by": "Privacy",
                    "intents": ["order_status"],
                    "max_records_per_session": 3,
                }
            },
        )
    )

    assert lines(explained(policy, "order_status")) == lines("""\
        order_status, by policy v1
        Where an order is.

        Of a record, the model is given these fields; whatever is not named is left out, key and all.
          as it is; what is found in it, as in messages below
            order.id
          PERSON: a stand-in of this conversation
            customer.first_name
          its last four letters or digits
            payment.card
        Named, and left out whatever else lets it through:
            order.secret

        What is found in a text, by where the text is going:
          model: messages, and the fields that are given
            ORDER_ID: as it is; all else: a stand-in of this conversation
            internal notes: as it is; secrets: its kind in brackets; values of fields that are left out:
              its kind in brackets
          customer: drafts
            the reader's own, or of whom is not known: everything: as it is
            somebody else's: everything: the whole text is refused
            internal notes: the whole text is refused; secrets: the whole text is refused; values of fields
              that are left out: its form in stars; what internal notes say in other words: the whole text
              waits for a person
            on channel voice, beside: URL: its kind in brackets; all else: as said above
          tool: drafts
            everything: as it is
            internal notes: the whole text is refused; secrets: the whole text is refused; values of fields
              that are left out: its form in stars; what internal notes say in other words: the whole text
              waits for a person
          human_agent: drafts
            everything: as it is
            internal notes: as it is; secrets: its kind in brackets; values of fields that are left out:
              its kind in brackets

        These agents may use it:
          bot: owner Care, approved by Privacy; autonomy low; max_records_per_session 3; beyond that:
            refuse""")
    assert "No agent may use it." in explained(policy, "nothing")
    assert "the model is given nothing" in explained(policy, "nothing")


def test_an_intent_that_is_not_there_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(Failure, match="is order_status meant") as caught:
        explained(read_policy(written(tmp_path / "a.yaml", "v1")), "order_stats")

    assert caught.value.reason is Reason.INTENT_UNKNOWN


def test_the_intents_of_a_policy_are_listed_with_what_they_are_for(tmp_path):
    said = {"a": {"description": "Where it is.", "fields": {}}, "longer": {"fields": {}}}

    listed = intents(read_policy(written(tmp_path / "a.yaml", "v1", intents=said)))

    assert listed == "a       Where it is.\nlonger"
