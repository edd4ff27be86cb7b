"""The shipped name model: it loads offline, and finds names that people really give."""

from pathlib import Path

import pytest
import spacy

import hushgate

MODEL = Path(hushgate.__file__).parent / "models" / "en_names"


@pytest.fixture(scope="module")
def nlp():
    return spacy.load(MODEL)


def found(nlp, text, label):
    return [entity.text for entity in nlp(text).ents if entity.label_ == label]


def test_the_pipeline_is_a_name_finder_and_nothing_else(nlp):
    assert set(nlp.pipe_names) <= {"tok2vec", "ner"}
    assert set(nlp.get_pipe("ner").labels) == {"PERSON", "LOCATION", "ORGANIZATION"}


def test_the_model_is_small_and_says_what_it_was_made_from(nlp):
    size = sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file())

    assert size < 20_000_000
    assert len(nlp.meta["hushgate"]["data_sha256"]) == 64
    assert "generator" in nlp.meta["hushgate"]["trained_from"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi, my name is Dana Whitfield and I need to check my account balance.", "Dana Whitfield"),
        ("hello this is oluwaseun adeyemi calling about my order", "oluwaseun adeyemi"),
        ("yes it's priya, i never got the refund", "priya"),
        ("Thank you, Mr. Kowalczyk. I have located your reservation.", "Kowalczyk"),
        ("It should be under Nguyen Thi Lan", "Nguyen Thi Lan"),
        ("Can you move Marisol's appointment to Friday?", "Marisol"),
        ("Passengers: Tomasz Zielinski, Aiko Tanaka", "Aiko Tanaka"),
        ('{"first_name": "Dana", "last_name": "Whitfield"}', "Dana"),
        ("Cust Fatima Al-Rashid called re late parcel, callback tomorrow", "Fatima Al-Rashid"),
        ("Henrik Solberg (born 12 May 1961 in Bergen) is a Norwegian composer.", "Henrik Solberg"),
        ("The minister, Amara Okafor, resigned on Tuesday.", "Amara Okafor"),
        ("Best regards,\nSiobhan Gallagher", "Siobhan Gallagher"),
        ("MY NAME IS CARLOS MENDOZA", "CARLOS MENDOZA"),
        ("I spoke to Grace yesterday about the bill", "Grace"),
        ("first name: dana", "dana"),
    ],
)
def test_people_are_found(nlp, text, name):
    people = found(nlp, text, "PERSON")

    assert any(name in person or person in name for person in people)


def test_a_name_that_is_spelled_out_is_found(nlp):
    people = found(nlp, "yes, my last name is Thomas, T H O M A S, and I need my balance", "PERSON")

    assert any("H O M A" in person for person in people)


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("I live in Glasgow and I bank with Barclays", "LOCATION", "Glasgow"),
        ("I live in Glasgow and I bank with Barclays", "ORGANIZATION", "Barclays"),
        ("We flew from Toronto to Lisbon last week", "LOCATION", "Lisbon"),
        ("The University of Ghent was founded in 1817.", "ORGANIZATION", "University of Ghent"),
    ],
)
def test_places_and_organisations_are_found(nlp, text, label, name):
    assert name in found(nlp, text, label)


@pytest.mark.parametrize(
    "text",
    [
        "my passport number is 912803456",
        "Will it arrive in May or June?",
        "I hope you can mark it as paid, is there a grace period?",
        "prices rose again last march",
        "HOW DO I RESET MY PASSWORD",
        "Good morning, how may I help you today?",
        "I'm frustrated, my card was declined twice",
        "Does Apple Pay work with my iPhone?",
        "my account number is four five nine oh two",
        "Dear customer, thank you for your patience.",
    ],
)
def test_plain_words_are_nobodys_name(nlp, text):
    assert found(nlp, text, "PERSON") == []
