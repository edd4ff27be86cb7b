import pytest

from hushgate.assembly import load_patterns
from hushgate.detection.answers import LONGEST_ANSWER, Answers
from hushgate.detection.patterns import Patterns
from hushgate.detection.rule import Rule
from hushgate.settings import Settings

PIN = Rule("toy.pin", "PIN", r"\b\d{4}\b", score=0.7, asked=("pin", "security number"), unless=("zip",))
CARD = Rule("toy.card", "CREDIT_CARD", r"\bcard \d{4}\b", score=0.8)


@pytest.fixture(scope="module")
def shipped(assembled):  # whose packs are shared
    return load_patterns(Settings())


def found(patterns, text, question):
    return [(f.entity, text[f.start : f.end]) for f in patterns.find(text, question=question)]


def test_a_rule_with_asked_is_tried_only_after_its_question():
    patterns = Patterns([PIN, CARD])
    assert found(patterns, "it's 4821", "And your PIN?") == [("PIN", "4821")]
    assert found(patterns, "it's 4821", "The security number, please.") == [("PIN", "4821")]
    assert found(patterns, "it's 4821", "How many?") == []
    assert found(patterns, "it's 4821", "") == []


def test_a_word_of_unless_in_the_question_lowers_the_score():
    assert found(Patterns([PIN]), "4821", "The pin or the zip?") == []


def test_a_long_text_is_no_answer():
    text = "4821 " + "a" * LONGEST_ANSWER
    assert Answers([PIN]).find(text, "Your PIN?") == []


def test_a_disguised_answer_is_found():
    assert found(Patterns([PIN]), "four eight two one", "Your PIN?") == [("PIN", "four eight two one")]


def test_what_the_text_says_itself_wins_over_what_was_asked():
    assert found(Patterns([PIN, CARD]), "card 4821", "Your PIN?") == [("CREDIT_CARD", "card 4821")]


@pytest.mark.parametrize(
    ("question", "answer", "entity", "value"),
    [
        ("Could you provide your PIN, please?", "4432", "PIN", "4432"),
        ("What was the name of your first pet?", "it's rover", "SECURITY_ANSWER", "rover"),
        ("What's your mother's maiden name?", "Whitfield", "SECURITY_ANSWER", "Whitfield"),
        ("And the zip code?", "90210", "POSTCODE", "90210"),
        ("May I have the order number?", "8299210237", "ORDER_ID", "8299210237"),
        ("Your confirmation code?", "a 4 g 4 f 3", "BOOKING_ID", "a 4 g 4 f 3"),
        ("What is the access code?", "930831", "ACCESS_CODE", "930831"),
        ("And your date of birth?", "2108 1924", "DATE_OF_BIRTH", "2108 1924"),
    ],
)
def test_a_bare_answer_is_what_was_asked_for(shipped, question, answer, entity, value):
    surest = max(shipped.find(answer, question=question), key=lambda f: f.score)
    assert (surest.entity, answer[surest.start : surest.end]) == (entity, value)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Could you provide your PIN?", "I don't remember it, sorry"),
        ("How many guests?", "4"),
        ("What amount should go from your account?", "4500 dollars"),
        ("What's your mother's maiden name?", "why do you need that?"),
        ("Is your address still the same?", "yes, since 3 years"),
        ("Anything else that I can do for you?", "no thank you"),
    ],
)
def test_an_answer_that_gives_nothing_away_stays(shipped, question, answer):
    assert found(shipped, answer, question) == []
