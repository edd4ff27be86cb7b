"""Other engines for names, each on a tiny model that the test makes: real loading, real runs, no network."""

from __future__ import annotations

import os
import shutil
import socket

import pytest

from hushgate.detection import engines
from hushgate.detection.names import Names
from hushgate.failure import Failure, Reason

os.environ["HF_HUB_OFFLINE"] = "1"

TEXT = "my name is wei chen in springfield"
pytestmark = pytest.mark.filterwarnings("default")  # the engines' own libraries warn of each other


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def tokenizer_in(path, *, longest):
    transformers = pytest.importorskip("transformers")
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    path.mkdir(exist_ok=True)
    (path / "vocab.txt").write_text(
        "\n".join([*special, *TEXT.split(), *letters, *(f"##{x}" for x in letters)])
    )
    tokenizer = transformers.BertTokenizerFast(vocab_file=str(path / "vocab.txt"))
    if longest:
        tokenizer.model_max_length = longest
    tokenizer.save_pretrained(path)
    return tokenizer


def encoder(tokenizer, **more):
    transformers = pytest.importorskip("transformers")
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    return transformers.BertConfig(vocab_size=len(tokenizer), max_position_embeddings=64, **sizes, **more)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    """A token classifier that takes every word for a person, and has not been told how much it can take."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    path = tmp_path_factory.mktemp("models") / "tiny-classifier"
    tokenizer = tokenizer_in(path, longest=None)
    labels = {0: "O", 1: "B-PER", 2: "I-PER"}
    model = transformers.BertForTokenClassification(encoder(tokenizer, id2label=labels))
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([0.0, 2.0, 0.0]))
    model.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def zero_shot(tmp_path_factory):
    gliner = pytest.importorskip("gliner")
    torch = pytest.importorskip("torch")
    torch.manual_seed(5)
    models = tmp_path_factory.mktemp("models")
    tokenizer = tokenizer_in(models / "encoder", longest=64)
    config = encoder(tokenizer)
    config.save_pretrained(models / "encoder")
    config = gliner.GLiNERConfig(
        model_name=str(models / "encoder"),
        hidden_size=16,
        max_len=64,
        max_width=4,
        encoder_config=config.to_dict(),
    )
    gliner.GLiNER.from_config(config, backbone_from_pretrained=False).save_pretrained(models / "tiny-gliner")
    shutil.rmtree(models / "encoder")
    return models / "tiny-gliner"


class TestTransformers:
    def test_a_token_classifier_finds_names_with_its_own_score(self, classifier):
        names = Names.load(classifier)

        (found,) = names.find_many([TEXT])

        assert (names.model, names.notice) == ("en_tiny-classifier transformers", "")
        assert [(f.entity, TEXT[f.start : f.end], f.rule) for f in found] == [
            ("PERSON", word, "names.transformers") for word in TEXT.split()
        ]
        assert 0.5 < found[0].score < 1

    def test_a_text_longer_than_the_model_takes_is_looked_at_whole(self, classifier):
        text = " ".join([TEXT] * 40)

        (found,) = Names.load(classifier).find_many([text])

        assert len(found) == len(text.split())

    def test_users_recognizers_see_its_names(self, classifier):
        names = Names.load(classifier, ["tests.detection.test_names:Colleague"])

        (found,) = names.find_many([f"colleague {TEXT}"])

        assert {f.entity for f in found} == {"PERSON", "COLLEAGUE"}

    def test_a_model_that_fails_on_a_text_fails_the_call(self, classifier):
        names = Names.load(classifier)
        names._nlp.get_pipe("presidio_hf_token_pipe").pipeline.model = None

        with pytest.raises(Failure, match="the name model failed") as failed:
            names.find_many([TEXT])

        assert failed.value.reason is Reason.INTERNAL
        assert failed.value.__cause__ is None

    def test_presidios_recognizer_of_such_a_model_fails_the_call_too(self, classifier, tmp_path):
        file = tmp_path / "own.yaml"
        file.write_text(f"""
recognizers:
  - name: HuggingFaceNerRecognizer
    type: predefined
    model_name: {classifier}
    label_mapping: {{PER: PERSON}}
""")
        names = Names.load(None, [str(file)])
        (found,) = names.find_many([TEXT])
        assert {f.entity for f in found} == {"PERSON"}
        (recognizer,) = names._recognizers._analyzer.registry.recognizers
        recognizer.ner_pipeline._model = None

        with pytest.raises(Failure, match="the Presidio recognizer HuggingFaceNerRecognizer failed"):
            names.find_many([TEXT])

    def test_a_directory_with_half_a_model_is_refused_at_the_start(self, classifier, tmp_path):
        (tmp_path / "config.json").write_text((classifier / "config.json").read_text())

        with pytest.raises(Failure, match="cannot be loaded") as failed:
            Names.load(tmp_path)

        assert failed.value.field == "names"


class TestGliner:
    def test_it_is_asked_for_people_organizations_and_places(self, zero_shot, monkeypatch):
        names = Names.load(zero_shot)
        recognizer = names._nlp.get_pipe("hushgate_gliner")._recognizer
        recognizer.threshold = 0.0

        (found,) = names.find_many([TEXT])

        assert names.model == "en_tiny-gliner gliner"
        assert found
        assert {f.entity for f in found} <= {"PERSON", "ORGANIZATION", "LOCATION"}
        assert {f.rule for f in found} == {"names.gliner"}
        assert all(0 <= f.start < f.end <= len(TEXT) and 0 <= f.score <= 1 for f in found)


@pytest.mark.parametrize(
    ("engine", "file"), [("transformers", "config.json"), ("gliner", "gliner_config.json")]
)
def test_without_its_extra_an_engine_says_what_to_install(engine, file, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    (tmp_path / file).write_text("{}")

    with pytest.raises(Failure, match=rf"install hushgate\[{engine}\]") as failed:
        Names.load(tmp_path)

    assert (failed.value.reason, failed.value.field) == (Reason.FIELD_INVALID, "names")
