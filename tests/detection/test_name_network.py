"""The name model's network as it is run here, beside spaCy's own run of it."""

from __future__ import annotations

import re

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.detection import network, spacy_model, words
from hushgate.detection.network import Network

SEEN = (
    "Maria Garcia wei chen O'Neil's Springfield, (Initech) my name is don't i'm a.m. Dr. U.S. it is 4.12.1 "
    "$59.90 212-555-0188 dana@example.com https://example.com/a?b=c :-) :( ... !! -- 'tis can't, Ünal 李娜 "
    "मारिया 👍🏽 e\u0301 \u200b"
)
WORDS = st.sampled_from(SEEN.split())
SPACES = st.sampled_from([" ", " ", " ", " ", "", "  ", "\n", " \n", "\t", "\u00a0", "\r\n\r\n"])
ACROSS = re.compile(r"[()]\s+[:;=*-]")
"""Where spaCy sees an emoticon on both sides of a space and gives up another: not followed."""
TEXTS = (
    st.lists(st.tuples(st.one_of(WORDS, st.text(max_size=4)), SPACES), max_size=40)
    .map(lambda pairs: "".join(map("".join, pairs)).encode("utf-8", "replace").decode())
    .filter(lambda text: not ACROSS.search(text))
)


@pytest.fixture(scope="module")
def nlp():
    return spacy_model.load(spacy_model.SHIPPED)


@pytest.fixture(scope="module")
def ours(nlp):
    return Network.of(nlp)


def theirs(nlp, text):
    with nlp.memory_zone():
        return [(each.start_char, each.end_char, each.label_) for each in nlp(text).ents]


def test_the_shipped_model_runs_here(ours):
    assert ours is not None


@settings(max_examples=100)
@given(text=TEXTS)
def test_the_tokens_are_spacys(nlp, ours, text):
    (read,) = ours._reader.read([text])

    with nlp.memory_zone():
        doc = nlp.make_doc(text)
        told = doc.to_array(ours._reader._columns)
        assert [*read.spans] == [(token.idx, token.idx + len(token)) for token in doc]
        assert [read.is_space(at) for at in range(len(read.keys))] == [token.is_space for token in doc]
    assert b"".join(read.keys) == told.tobytes()


@settings(max_examples=40)
@given(text=TEXTS)
def test_the_rows_are_spacys_but_for_their_last_bits(nlp, ours, text):
    recognizer = nlp.get_pipe("ner")
    with nlp.memory_zone():
        expected = recognizer.model.layers[0].layers[0].predict([nlp.make_doc(text)])[0]

    assert np.allclose(ours.rows(ours._reader.read([text])), expected, rtol=0, atol=1e-4)


@settings(max_examples=60)
@given(texts=st.lists(TEXTS, max_size=5))
def test_the_names_are_spacys_whether_texts_come_together_or_alone(nlp, ours, texts):
    expected = [theirs(nlp, text) for text in texts]

    assert ours.find(texts) == expected
    assert [ours.find([text])[0] for text in texts] == expected


def test_a_text_of_more_tokens_than_go_together_and_more_words_than_are_kept(monkeypatch, nlp):
    monkeypatch.setattr(network, "_TOKENS", 16)
    monkeypatch.setattr(network, "_WORDS", 64)
    monkeypatch.setattr(words, "_CHARACTERS", 100)
    ours = Network.of(nlp)
    text = " ".join(f"word{i} tell Maria Garcia of Springfield about it{i}" for i in range(60))

    assert ours.find([text, text]) == [theirs(nlp, text)] * 2
    assert len(ours._reader._known) == 0


def test_a_tokenizer_made_anew_reads_as_the_first(monkeypatch, nlp):
    monkeypatch.setattr(words, "_CHARACTERS", 10)
    monkeypatch.setattr(words, "_FORGOTTEN", 1)
    ours = Network.of(nlp)
    first = ours._reader._tokenizer
    text = "Don't tell Maria Garcia's U.S. friends at http://example.com (Springfield), it's 5pm"

    assert [ours.find([text])[0] for _ in range(3)] == [theirs(nlp, text)] * 3
    assert ours._reader._tokenizer is not first


@pytest.mark.parametrize(("reach", "layers", "pieces"), [(1, 4, 3), (1, 1, 2), (2, 2, 2), (3, 3, 2)])
def test_layers_that_look_at_more_or_fewer_neighbours_answer_as_spacys(reach, layers, pieces):
    nlp = spacy.blank("en")
    embed = {"@architectures": "spacy.MultiHashEmbed.v2", "width": 32, "attrs": ["NORM", "SHAPE"]}
    encode = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 32, "depth": layers}
    encode |= {"window_size": reach, "maxout_pieces": pieces}
    embed |= {"rows": [200, 100], "include_static_vectors": False}
    tok2vec = {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}
    nlp.add_pipe("ner", config={"model": {"tok2vec": tok2vec}}).add_label("PERSON")
    nlp.initialize()
    texts = ["a", "my name is Wei Chen and my order is late", "", "call Maria Garcia of Springfield"]

    found = Network.of(nlp)

    assert found is not None
    theirs = nlp.get_pipe("ner").model.layers[0].layers[0].predict([nlp.make_doc(text) for text in texts])
    ours = found.rows(found._reader.read(texts))
    assert np.allclose(ours, np.concatenate(theirs), rtol=0, atol=1e-4)


@pytest.mark.parametrize("other", ["beam", "wider", "second", "tokenizer"])
def test_another_build_is_left_to_spacy(other):
    nlp = spacy.blank("en")
    config = {"model": {"extra_state_tokens": True}} if other == "wider" else {}
    nlp.add_pipe("beam_ner" if other == "beam" else "ner", config=config).add_label("PERSON")
    if other == "second":
        nlp.add_pipe("entity_ruler")
    nlp.initialize()
    if other == "tokenizer":
        nlp.tokenizer = spacy.tokens.Doc

    assert Network.of(nlp) is None
