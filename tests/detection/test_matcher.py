"""The matcher: the same answer as running every rule over all of the text, at a fraction of the cost."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.detection.check import unmarked
from hushgate.detection.matcher import Matcher
from hushgate.detection.narrowing import PART
from hushgate.detection.nearby import around, denied, vocabulary
from hushgate.detection.packs import read_packs
from hushgate.detection.rule import REPORTED, Rule
from hushgate.detection.search import Search
from hushgate.failure import Failure, Reason
from hushgate.finding import Finding

CARD = Rule("toy.card", "CREDIT_CARD", r"(?x) \b \d (?: [ -]? \d ){11,18} \b", checksum="luhn", score=0.6)
CASE = Rule(
    "toy.case", "CASE_ID", r"\bC-\d{4}\b", score=0.6, context=("ticket", "sort code"), unless=("zip",)
)
BARE = Rule("toy.bare", "NUMBER", r"\b\d{5}\b", score=0.1, context=("número",))
NEEDY = Rule("toy.needy", "PIN", r"\b\d{6}\b", score=0.5, requires=("pin", "暗証番号"))
SAID = Rule("toy.said", "PASSWORD", r"\bpassword (?:is )?(?P<value>\w{4,20})", score=0.9)
TOYS = (CARD, CASE, BARE, NEEDY, SAID)


@pytest.fixture(scope="module")
def toys():
    return Matcher(TOYS)


@pytest.fixture(scope="module")
def shipped():
    rules, problems = read_packs([Path(__file__).parents[2] / "recognizers"])
    assert problems == ()
    return rules


def found(matcher, text, label=""):
    return [
        (each.entity, text[each.start : each.end], each.score) for each in matcher.find(text, label=label)
    ]


class EveryRuleEverywhere:
    """The same by brute force: no prefilter, no parts, no windows."""

    def __init__(self, rules):
        self.rules = [
            (rule, Search(rule), vocabulary(rule.requires), vocabulary(rule.context), vocabulary(rule.unless))
            for rule in rules
            if not rule.asked
        ]

    def find(self, text, label=""):
        findings = []
        for rule, search, requires, context, unless in self.rules:
            for span in search.spans(text, [(0, len(text))], {}):
                where = around(text, *span, label)
                if requires and not requires.stands_in(where):
                    continue
                score = rule.score
                if context.stands_in(where):
                    score = min(1.0, max(REPORTED, score + 0.35))
                if denied(text, *span, label, unless):
                    score -= 0.35
                if round(score, 4) >= REPORTED:
                    findings.append(Finding(*span, rule.entity, round(score, 4), rule.id))
        return sorted(findings, key=lambda each: (each.start, -each.end, each.rule))


def test_a_rejected_match_hides_nothing_inside_it(toys):
    assert found(toys, "order 5000 4111 1111 1111 1111 now") == [("CREDIT_CARD", "4111 1111 1111 1111", 0.6)]
    assert found(toys, "order 4111 1111 1111 1111 5000 now") == [("CREDIT_CARD", "4111 1111 1111 1111", 0.6)]
    assert found(toys, "4111 1111 1111 1112") == []


def test_a_shorter_end_must_suit_what_the_pattern_demands_after_it():
    rule = Rule("toy.card", "CREDIT_CARD", r"\b\d(?:[ -]?\d){11,18}(?![ -]?\d)", checksum="luhn")

    assert found(Matcher([rule]), "4111 1111 1111 1111 5000") == []


def test_all_matches_of_a_rule_are_found_one_behind_the_other(toys):
    text = "4111 1111 1111 1111 and 5555-5555-5555-4444, C-1234 C-1235"

    assert [value for _, value, _ in found(toys, text)] == [
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "C-1234",
        "C-1235",
    ]


def test_the_value_group_is_what_is_found(toys):
    assert found(toys, "my password is hunter22 password swordfish") == [
        ("PASSWORD", "hunter22", 0.9),
        ("PASSWORD", "swordfish", 0.9),
    ]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("C-1234", 0.6),
        ("ticket C-1234", 0.95),
        ("TICKET: C-1234", 0.95),
        ("C-1234 is the ticket", 0.95),
        ("C-1234 is of course the ticket", 0.6),
        ("ticket one two three four five six seven C-1234", 0.95),
        ("ticket one two three four five six seven eight C-1234", 0.6),
        ("sort-code C-1234", 0.95),
        ("sort of code C-1234", 0.6),
        ("ticketing C-1234", 0.6),
        ("helpTicket=C-1234", 0.95),
        ("help_ticket1: C-1234", 0.95),
        ("ticket zip C-1234", 0.6),
        ("zip C-1234", None),
        ("C-1234 zip", None),
        ("C-1234 is the zip", None),
        ("C-1234 for the zip", 0.6),
        ("C-1234, zip it", 0.6),
        ("C-1234 or zip", 0.6),
        ("ticket" + "." * 200 + "C-1234", 0.6),
    ],
)
def test_words_nearby_raise_and_lower_the_score(toys, text, score):
    assert found(toys, text) == ([("CASE_ID", "C-1234", score)] if score else [])


def test_a_context_word_lifts_a_low_score_to_what_is_reported(toys):
    assert found(toys, "it is 12345") == []
    assert found(toys, "NUMERO 12345") == [("NUMBER", "12345", 0.45)]


def test_a_required_word_is_needed_in_the_text_or_its_label(toys):
    assert found(toys, "it is 123456") == []
    assert found(toys, "pin 123456") == [("PIN", "123456", 0.5)]
    assert found(toys, "あなたの暗証番号は123456 です".replace("は", "は ")) == [("PIN", "123456", 0.5)]
    assert found(toys, "123456", label="customer pin") == [("PIN", "123456", 0.5)]


def test_rules_do_not_hide_each_other():
    rules = [Rule("toy.a", "A", r"\b\d{4}\b"), Rule("toy.b", "B", r"\d{2,4}")]

    assert found(Matcher(rules), "1234") == [("A", "1234", 0.5), ("B", "1234", 0.5)]


def test_a_rule_that_takes_too_long_fails_the_call_and_is_never_skipped():
    matcher = Matcher([Rule("toy.slow", "X", r"(?:a{0,20}){0,20}b\d(?! x)")], timeout_ms=50)

    with pytest.raises(Failure, match=r"toy\.slow took longer than 50 milliseconds") as raised:
        matcher.find("a" * 400 + "b1 x")

    assert (raised.value.reason, raised.value.field, raised.value.limit) == (
        Reason.DETECTION_TIMEOUT,
        "text",
        50,
    )


@settings(max_examples=300)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=200), st.text(max_size=20))
def test_no_text_raises_anything(toys, text, label):
    for each in toys.find(text, label=label):
        assert 0 <= each.start < each.end <= len(text)


PIECES = st.sampled_from(
    [
        "4111 1111 1111 1111",
        "5000 ",
        "C-1234",
        "12345",
        "123456",
        "pin ",
        "ticket ",
        "zip ",
        "número ",
        "password is hunter2",
        "٤",
        "é",
        "\ud800",
    ]
)
FILLERS = st.sampled_from([" ", "x" * 50 + " ", ". ", "word " * 300, "-" * PART, "1 " * 40])


@given(st.lists(st.one_of(PIECES, FILLERS), max_size=30).map("".join), st.sampled_from(["", "pin", "ticket"]))
def test_parts_and_windows_change_nothing(toys, text, label):
    assert toys.find(text, label=label) == EveryRuleEverywhere(TOYS).find(text, label)


@pytest.fixture(scope="module")
def whole(shipped):
    return Matcher(shipped)


@pytest.fixture(scope="module")
def everywhere(shipped):
    return EveryRuleEverywhere(shipped)


@pytest.fixture(scope="module")
def texts(shipped):
    return [unmarked(each)[0] for rule in shipped if not rule.asked for each in rule.matches]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_shipped_rules_answer_as_if_all_ran_everywhere(whole, everywhere, texts, data):
    pieces = data.draw(st.lists(st.sampled_from(texts), min_size=1, max_size=3))
    change = data.draw(
        st.sampled_from([str, str.lower, str.upper, str.title, lambda text: text.translate(ARABIC)])
    )
    filler = data.draw(st.sampled_from([" ", "\n", " – ", " " * PART, ", ſK "]))
    text = change(filler.join(pieces))

    assert whole.find(text) == everywhere.find(text)


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def test_time_grows_with_the_text_and_no_faster(whole):
    line = "2026-11-21 12:00:01 INFO order 83211 shipped to box 17, total 12.50, thanks for waiting\n"

    def seconds_per_character(repeats):
        text = line * repeats
        begun = time.process_time()
        whole.find(text)
        return (time.process_time() - begun) / len(text)

    seconds_per_character(100)
    small = min(seconds_per_character(20) for _ in range(5))
    assert min(seconds_per_character(2000) for _ in range(2)) < 3 * small


@settings(max_examples=100, deadline=None)
@given(st.text("5 a\n", max_size=40), st.integers(0, 10))
def test_a_rule_for_a_texts_beginning_finds_there_what_its_pattern_does_and_nothing_later(text, start):
    rule = Rule("toy.alone", "NUMBER", r"\A\s?(?P<value>\d{3,8}) ?(?!a)", score=0.9)
    window = (start, max(start + 1, len(text)))
    expected = re.match(rule.pattern, text) if start == 0 else None

    spans = list(Search(rule).spans(text, [window], {}))

    assert spans == ([expected.span("value")] if expected else [])
