"""The shipped policy: it holds, it is closed, and it lets through what each conversation is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hushgate.document import leaves, parse, path_text
from hushgate.finding import SECRETS, Action
from hushgate.minimization.minimize import minimize
from hushgate.policy.model import DESTINATIONS
from hushgate.policy.reader import check_policy, read_policy
from hushgate.policy.strictness import tightened
from hushgate.yamlfile import read_yaml

FILE = Path(__file__).parents[2] / "policies" / "contact-centre.yaml"
POLICY = read_policy(FILE)

CRM = """
{"customer": {"id": "c-1", "first_name": "Dana", "last_name": "Whitfield", "name": {"first_name": "Dana"},
    "email": "dana@example.com", "phone": "212-555-0188", "date_of_birth": "1984-05-03", "ssn": "000-12-3456",
    "address": {"street": "12 Rose Lane", "city": "Leeds", "postcode": "LS1 4DY"},
    "account_number": 88213409118, "password": "hunter2", "pin": "7402", "security_answer": "Rex",
    "loyalty": {"id": "L-1", "tier": "gold", "points": 10}, "risk_score": 0.9, "lifetime_value": 1893.2,
    "marketing": {"segment": "high churn risk"}, "notes": "rude on the phone"},
 "order": {"id": "A-1", "status": "shipped", "total": 88.40, "margin": 0.4,
    "items": [{"sku": "K-1", "name": "Glass kettle", "price": 59.9, "supplier_cost": 21.35}]},
 "payment": {"method": "card", "card": "4111 1111 1111 1111", "cvv": "123", "expiry": "12/30"},
 "shipping": {"name": "Dana Whitfield", "carrier": "UPS", "tracking_number": "1Z999", "postcode": "LS1 4DY"},
 "subscription": {"plan": "Plus", "renewal_date": "2027-01-01", "cancellation_fee": 10, "churn_risk": "high"},
 "claim": {"number": "CL-1", "status": "open", "reserve": 5000, "adjuster_notes": "doubtful"},
 "appointment": {"date": "2026-12-01", "time": "10:00", "diagnosis": "migraine"},
 "device": {"model": "R-7", "serial_number": "SN123456789"},
 "transactions": [{"id": "t-1", "amount": 12.5, "merchant": "Cafe", "counterparty_account": "55019287736"}],
 "case": {"id": "CS-1", "summary": "kettle broken", "internal_notes": ["suspect friendly fraud"]},
 "medical": {"diagnosis": "migraine"}, "credit_score": 611, "api_key": "x", "fraud_flags": ["velocity"]}
"""

NEVER = {
    "customer.password", "customer.pin", "customer.security_answer", "customer.ssn", "customer.risk_score",
    "customer.date_of_birth", "customer.lifetime_value", "customer.marketing.segment", "customer.notes",
    "order.margin", "order.items[0].supplier_cost", "payment.cvv", "payment.expiry",
    "subscription.churn_risk", "claim.reserve", "claim.adjuster_notes",
    "appointment.diagnosis", "transactions[0].counterparty_account",
    "case.internal_notes[0]", "medical.diagnosis", "credit_score", "api_key", "fraud_flags[0]",
}  # fmt: skip

ABOUT = {
    "order_status": {
        "order.id",
        "order.status",
        "order.items[0].name",
        "shipping.carrier",
        "shipping.tracking_number",
    },
    "refund_request": {"order.id", "order.total", "order.items[0].price", "payment.method", "case.summary"},
    "return_request": {"order.id", "order.items[0].sku", "customer.loyalty.tier"},
    "exchange_request": {"order.id", "order.items[0].name"},
    "cancel_order": {"order.id", "order.status"},
    "order_change": {"order.id", "customer.address.city", "payment.card"},
    "address_change": {"customer.address.street", "customer.address.city", "customer.last_name"},
    "password_reset": {"customer.id", "customer.email"},
    "billing_question": {"payment.method", "subscription.plan", "transactions[0].amount"},
    "cancel_subscription": {"subscription.plan", "subscription.cancellation_fee", "customer.email"},
    "technical_support": {"device.model", "device.serial_number", "case.summary"},
    "dispute_charge": {"transactions[0].merchant", "transactions[0].amount", "payment.card"},
    "insurance_claim": {"claim.number", "claim.status", "customer.last_name"},
    "appointment": {"appointment.date", "appointment.time", "customer.phone"},
    "account_closure": {"subscription.plan", "customer.loyalty.points"},
    "loyalty": {"customer.loyalty.points", "customer.loyalty.tier"},
    "booking_change": {"customer.last_name", "payment.card"},
    "general_question": {"customer.first_name"},
}


@pytest.fixture(scope="module")
def record():
    return parse(CRM, field="record")


def kept(record, intent):
    decisions = minimize(record, POLICY.intent(intent)).decisions
    return {path_text(d.path): d.action for d in decisions if d.action is not Action.DROP}


def test_it_has_no_problem():
    assert check_policy(FILE) == []


def test_the_example_that_explains_policies_is_a_policy(tmp_path):
    readme = (FILE.parent / "README.md").read_text(encoding="utf-8")
    example = tmp_path / "example.yaml"
    example.write_text(readme.split("```yaml\n")[1].split("```")[0], encoding="utf-8")

    assert check_policy(example) == []


def test_all_its_entities_are_found_by_a_shipped_recognizer_or_the_name_model():
    packs = (FILE.parents[1] / "recognizers").rglob("*.yaml")
    found = {
        entity for pack in packs for entity in re.findall(r"\n +entity: *(\w+)", pack.read_text("utf-8"))
    }

    assert check_policy(FILE, entities=found | {"PERSON", "LOCATION", "ORGANIZATION", "NRP"}) == []


def test_all_its_field_sets_are_used():
    written = read_yaml(FILE).data
    used = {name for intent in written["intents"].values() for name in intent.get("field_sets", ())}

    assert used == set(written["field_sets"])


@pytest.mark.parametrize("intent", sorted(POLICY.intents))
def test_no_intent_lets_through_what_none_needs(record, intent):
    assert kept(record, intent).keys() & NEVER == set()


@pytest.mark.parametrize("intent", sorted(POLICY.intents))
def test_no_intent_keeps_contact_data_numbers_or_streets_as_they_are(record, intent):
    open_fields = {path for path, action in kept(record, intent).items() if action is Action.KEEP}

    assert open_fields.isdisjoint(
        {
            "customer.id", "customer.email", "customer.phone", "customer.account_number",
            "customer.loyalty.id", "customer.address.street", "customer.address.postcode", "payment.card",
            "device.serial_number",
        }
    )  # fmt: skip


@pytest.mark.parametrize("intent", sorted(ABOUT))
def test_an_intent_lets_through_what_it_is_about(record, intent):
    assert kept(record, intent).keys() >= ABOUT[intent]


def test_an_order_status_has_no_use_for_contact_data_and_prices(record):
    assert kept(record, "order_status").keys() == ABOUT["order_status"] | {
        "customer.id", "customer.first_name", "customer.name.first_name", "order.items[0].sku",
        "payment.card", "shipping.postcode",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '{"Order": {"OrderNumber": "A-1", "Status": "shipped"}}',
        '{"orders": [{"id": "A-1", "status": "shipped"}]}',
        '{"orders": ["A-1"], "order_details": {"A-1": {"order_id": "A-1", "status": "shipped"}}}',
        '{"order_id": "A-1", "status": "shipped"}',
        '{"customer": {"orders": [{"orderId": "A-1", "orderStatus": "shipped"}]}}',
    ],
)
def test_an_order_is_known_in_the_shapes_that_record_systems_give_it(text):
    record = parse(text, field="record")

    assert kept(record, "order_status").keys() == {path_text(leaf.path) for leaf in leaves(record)}


@pytest.mark.parametrize(
    ("path", "internal"),
    [
        (("case", "internal_notes", 0), True),
        (("case", "internalNotes", 0, "text"), True),
        (("Case", "Internal_Comments"), True),
        (("tickets", 3, "agent_notes", 1, "body"), True),
        (("customer", "notes"), True),
        (("order", "notes"), False),
        (("case", "summary"), False),
    ],
)
def test_notes_of_staff_are_internal(path, internal):
    assert POLICY.is_internal(path) is internal


@pytest.mark.parametrize(
    ("path", "entity"),
    [
        (("customer", "accountNumber"), "ACCOUNT_ID"),
        (("Contact", "LastName"), "PERSON"),
        (("name", "first_name"), "PERSON"),
        (("customer", "address", "zip"), "POSTCODE"),
        (("orders", 0, "id"), "ORDER_ID"),
        (("order", "items", 0, "name"), ""),
        (("order", "items", 0, "id"), ""),
    ],
)
def test_fields_say_what_they_hold(path, entity):
    assert POLICY.entity_of(path) == entity


def test_whatever_the_destination_no_card_number_passes_but_to_a_tool():
    for name in DESTINATIONS:
        destination = POLICY.destination(name)
        for treatment in (destination.own, destination.others, destination.unknown):
            assert treatment.action("CARD_SECURITY_CODE").hides
            assert treatment.action("CREDIT_CARD").hides or name == "tool"


def test_what_is_others_is_blocked_on_the_way_out_and_so_are_notes_and_secrets():
    for name in ("customer", "tool"):
        destination = POLICY.destination(name)

        assert {destination.others.action(entity) for entity in ("PERSON", "CREDIT_CARD", "NEW_ONE")} == {
            Action.BLOCK
        }
        assert (destination.internal_notes, destination.secrets) == (Action.BLOCK, Action.BLOCK)
        assert destination.dropped.hides


def test_a_secret_is_not_kept_by_a_treatment_of_its_own():
    for name in DESTINATIONS:
        destination = POLICY.destination(name)

        assert destination.secrets.hides
        assert SECRETS.isdisjoint({**destination.own.by_entity, **destination.unknown.by_entity})


def test_a_customer_is_shown_enough_of_their_own_to_recognise_it():
    own = POLICY.destination("customer").own

    assert {
        entity: own.action(entity).value for entity in ("ACCOUNT_ID", "EMAIL_ADDRESS", "US_SSN", "PERSON")
    } == {
        "ACCOUNT_ID": "last4",
        "EMAIL_ADDRESS": "mask",
        "US_SSN": "redact",
        "PERSON": "keep",
    }


def test_it_works_before_any_agent_is_registered():
    POLICY.authorize("anyone", "order_status")

    assert POLICY.admits("any tenant")


def narrowed(destination, entity, *, channel="", tool=""):
    """What becomes of the reader's own on a channel, or for a tool."""
    there = POLICY.destination(destination)
    asked = [("", each.own.action(entity)) for each in there.on_way(channel, tool)]
    return tightened(there.own.action(entity), asked)[0].value


@pytest.mark.parametrize(
    ("channel", "email", "birthday"),
    [
        ("chat", "mask", "mask"),
        ("E-Mail", "redact", "redact"),
        ("email", "mask", "redact"),
        ("sms", "redact", "redact"),
        ("voice", "redact", "redact"),
        ("", "redact", "redact"),
    ],
)
def test_a_channel_hides_what_it_would_show_to_others(channel, email, birthday):
    assert narrowed("customer", "EMAIL_ADDRESS", channel=channel) == email
    assert narrowed("customer", "DATE_OF_BIRTH", channel=channel) == birthday
    assert narrowed("customer", "ACCOUNT_ID", channel=channel) == "last4"
    assert narrowed("customer", "PERSON", channel=channel) == "keep"


@pytest.mark.parametrize(
    ("tool", "card", "pin"),
    [
        ("crm", "keep", "keep"),
        ("identity", "redact", "keep"),
        ("payments", "keep", "redact"),
        ("x", "redact", "redact"),
    ],
)
def test_a_tool_is_given_what_it_has_a_use_for(tool, card, pin):
    assert narrowed("tool", "CREDIT_CARD", tool=tool) == card
    assert narrowed("tool", "PIN", tool=tool) == pin


@pytest.mark.parametrize(
    "entity",
    ["PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "STREET_ADDRESS", "ACCOUNT_ID", "CUSTOMER_ID", "ORDER_ID"],
)
def test_a_tool_that_nobody_has_named_can_still_find_and_reach_the_customer(entity):
    assert narrowed("tool", entity, tool="lookup") == "keep"
