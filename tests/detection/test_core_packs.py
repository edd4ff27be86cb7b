"""What the core packs find together: in records, across turns, in speech, and nothing in everyday text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushgate.assembly import load_patterns
from hushgate.detection.check import read_example
from hushgate.detection.matcher import Matcher
from hushgate.settings import Settings


@pytest.fixture(scope="module")
def patterns(assembled):  # whose packs are shared
    return load_patterns(Settings())


def test_packs_that_somebody_holds_are_not_made_ready_again(patterns):
    assert load_patterns(Settings()) is patterns
    assert load_patterns(Settings(profiles=("pci",))) is not patterns


def surest(patterns, text, label=""):
    """The text and entity of each place, the surest entity where several are found."""
    found = sorted(patterns.find(text, label=label), key=lambda f: (-f.score, f.start - f.end))
    kept = []
    for each in found:
        if not any(each.start < other.end and other.start < each.end for other in kept):
            kept.append(each)
    return [(f.entity, text[f.start : f.end]) for f in sorted(kept, key=lambda f: f.start)]


@pytest.mark.parametrize(
    ("label", "text", "entity"),
    [
        ("customer first name", "Dana", "PERSON"),
        ("customer name", "omar haddad", "PERSON"),
        ("customer account number", "00123456789", "ACCOUNT_ID"),
        ("order id", "3300917502", "ORDER_ID"),
        ("orders", "#W0099123", "ORDER_ID"),
        ("reservation id", "HXQZPT", "BOOKING_ID"),
        ("pin", "4821", "PIN"),
        ("address zip", "02139", "POSTCODE"),
        ("address address1", "215 Rose Hill Road", "STREET_ADDRESS"),
        ("passengers dob", "1980-03-14", "DATE_OF_BIRTH"),
        ("policy number", "ABC 1230567", "POLICY_ID"),
        ("security answer", "Kowalski", "SECURITY_ANSWER"),
        ("username", "danaw", "USERNAME"),
        ("phone", "(977) 555-0144", "PHONE_NUMBER"),
        ("payment method id", "gift_card_1045223", "PAYMENT_ID"),
        ("ride book license plate", "019 XQS", "LICENSE_PLATE"),
    ],
)
def test_a_records_field_is_found_by_the_words_of_its_path(patterns, label, text, entity):
    assert surest(patterns, text, label) == [(entity, text)]


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("order items name", "Hiking Boots"),
        ("order items product id", "7300354091"),
        ("order items price", "239.78"),
        ("bank name", "Example Savings"),
        ("account number", "unknown"),
        ("pin", "null"),
        ("membership", "gold"),
        ("hotel search id", "138"),
    ],
)
def test_a_records_field_that_is_nobodys_stays(patterns, label, text):
    assert surest(patterns, text, label) == []


@pytest.mark.parametrize(
    ("question", "answer", "entity", "value"),
    [
        ("May I have your name, please?", "Sure, it's Dana Whitfield.", "PERSON", "Dana Whitfield"),
        ("Your account number, please?", "0043189314", "US_BANK_NUMBER", "0043189314"),
        ("And your PIN as well please.", "I think it's 4821", "PIN", "4821"),
        ("What was your mother's maiden name?", "It was Kowalski.", "SECURITY_ANSWER", "Kowalski"),
        ("I need the order ID.", "3300917502", "ORDER_ID", "3300917502"),
        ("I will need your username.", "dwhit948", "USERNAME", "dwhit948"),
    ],
)
def test_an_answer_is_found_by_the_question_before_it(patterns, question, answer, entity, value):
    assert (entity, value) in surest(patterns, f"agent: {question}\ncustomer: {answer}\nagent: Thanks.")


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        (
            "my phone number is two one two five five five zero one eight eight thanks",
            "PHONE_NUMBER",
            "two one two five five five zero one eight eight",
        ),
        (
            "the checking account number is seven five nine eight two three six four.",
            "US_BANK_NUMBER",
            "seven five nine eight two three six four",
        ),
        ("dob is march third nineteen eighty", "DATE_OF_BIRTH", "march third nineteen eighty"),
        ("my email is big whale at example dot com", "EMAIL_ADDRESS", "big whale at example dot com"),
        ("the zip code is one nine one two seven ok", "POSTCODE", "one nine one two seven"),
    ],
)
def test_what_is_spoken_is_found(patterns, text, entity, value):
    assert (entity, value) in surest(patterns, text)


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/v2/orders?page=2&limit=100 HTTP/1.1 200 5316 Mozilla/5.0 Gecko/20100101 Firefox/115.0",
        "request id=8f14e45f-ceea-467f-a0e6-b5e0d1a2c3d4 latency=231ms status=200 bytes=1048576",
        "commit 184bc922b59d4465d06c90c25c38a33ebf52e5b9 merged, version 118.0.5993.70 of 10.0.19045.3570",
        "the price dropped from $1,299.00 to $999.99, a 23% saving on 12 items",
        "part number AB-12345-XY, model SM-G991B, SKU 0123456789012, ISBN 978-0-306-40615-7",
        "flight XQ2490 departs at 18:45 from gate B32, seat 14C",
        "we have 24/7 support, Mon-Fri 9-5, allow 3-5 business days",
        "I tried 3 times in the last 24 hours, error code 0x80070005 and 404 on line 1523",
        "the 2023 model has 45000 miles and costs 23500 dollars at 4.25% over 30 years",
        "is there a street near 5 points? We walked 2 blocks down the road, a 30 minute drive",
        "it is a 5 star place with 2 bed 1 bath on a quiet street",
        "epoch=1715251200 ts=1715251200123 duration_ns=123456789012",
        "Thanks, that helped. Yes, Friday works. Great, see you.",
        "Dear Sir or Madam, I write about my account. Hi there, can you help?",
        "I'm Very Happy With The Service. This is American Express calling.",
        "My name is on the lease, my name isn't spelled right, her name was changed",
        "I forgot my pin. A new pin takes 5 days. The CVV is on the back of the card, 3 digits.",
        "User ID and password are required. The order number? I don't have one.",
        "reservation for 4 at 7:30 pm, booking 2 rooms for 3 nights, 25000 points",
        "driver license renewal in 2 weeks, passport expired in 2020, license plate frame",
        "the claim was 500 dollars, claims take 45 days, the return policy is 30 days",
        "a Visa ending in 1234, and the promo code SUMMER2024",
        "std::string, a::b, 16:9, 1920x1080, 192.168 and so on",
        "i may be late, i am at the point where i march on, today or in 90 days",
    ],
)
def test_everyday_text_and_log_lines_hold_nothing(patterns, text):
    assert surest(patterns, text) == []


@pytest.fixture(scope="module")
def heedful_and_heedless(patterns):
    rules = [rule for rule in patterns.standing if rule.unless]
    return rules, Matcher(rules), Matcher([replace(rule, unless=()) for rule in rules])


@pytest.mark.parametrize(
    "goes_on",
    [" for my order", ", my order is late", " or call my phone", ", what is the code", " about the account"],
)
def test_what_is_spoken_of_next_speaks_against_no_value(heedful_and_heedless, goes_on):
    rules, heedful, heedless = heedful_and_heedless
    for rule in rules:
        for example in rule.matches:
            _, text, spans = read_example(rule, example)
            value = text[: spans[-1][1]]
            found, later, still = (
                {(each.start, each.end) for each in matcher.find(whole) if each.rule == rule.id}
                for matcher, whole in (
                    (heedful, value),
                    (heedful, value + goes_on),
                    (heedless, value + goes_on),
                )
            )
            assert found & still <= later, (rule.id, example)


@pytest.mark.parametrize(
    "text",
    ["4565550144 is my order", "4565550144 is the order number", "12500 items", "riverton 62704 order"],
)
def test_what_a_value_is_said_to_be_still_speaks_against_it(patterns, text):
    assert not {entity for entity, _ in surest(patterns, text)} & {"PHONE_NUMBER", "POSTCODE"}
