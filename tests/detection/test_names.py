"""Names: from a model on disk and from users' Presidio recognizers, quietly, offline and failing loud."""

from __future__ import annotations

import logging
import socket
import threading

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerResult
from spacy.training import Example

from hushgate.detection import spacy_model
from hushgate.detection.names import NO_MODEL, Names, is_code, trim
from hushgate.detection.norms import Norms
from hushgate.detection.windows import OVERLAP, windows
from hushgate.failure import Failure, Reason

RULER = [
    {"label": "PERSON", "pattern": [{"LOWER": "maria"}, {"LOWER": "garcia"}]},
    {"label": "GPE", "pattern": "Springfield"},
    {"label": "ORG", "pattern": "Initech"},
    {"label": "DATE", "pattern": "Monday"},
    {"label": "ward", "pattern": "Ward 9"},
]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    nlp = spacy.blank("en", meta={"name": "ruled", "version": "1.2.3"})
    nlp.add_pipe("entity_ruler").add_patterns(RULER)
    path = tmp_path_factory.mktemp("model") / "ruled"
    nlp.to_disk(path)
    return path


@pytest.fixture(scope="module")
def norms():
    """The shipped model as spaCy loads it, and as it is loaded here."""
    return spacy.load(spacy_model.SHIPPED), spacy_model.load(spacy_model.SHIPPED)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A pipeline as spaCy's own are made: a tagger on a shared tok2vec, and a NER with its own."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}})
    nlp.add_pipe("ner")
    examples = []
    for name in ("Maria Garcia", "Wei Chen", "Ada Okafor"):
        doc = nlp.make_doc(f"hello my name is {name} and my order is late")
        start = len("hello my name is ")
        tags = ["NN"] * len(doc)
        entities = [(start, start + len(name), "PERSON")]
        examples.append(Example.from_dict(doc, {"entities": entities, "tags": tags}))
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(20):
        nlp.update(examples, sgd=optimizer)
    path = tmp_path_factory.mktemp("model") / "trained"
    nlp.to_disk(path)
    return path


@pytest.fixture(scope="module")
def names(model):
    return Names.load(model)


@pytest.fixture(scope="module")
def shipped():
    return Names.load(spacy_model.SHIPPED)


def spans(text, findings):
    return [(f.entity, text[f.start : f.end]) for f in findings]


def found(names, text):
    return spans(text, names.find_many([text])[0])


class TestModel:
    def test_a_models_labels_become_presidios_entities(self, names):
        text = "Maria Garcia of Initech moved to Springfield"

        assert found(names, text) == [
            ("PERSON", "Maria Garcia"),
            ("ORGANIZATION", "Initech"),
            ("LOCATION", "Springfield"),
        ]

    def test_dates_are_left_to_the_packs_unless_a_label_is_mapped(self, names, model):
        assert found(names, "see you Monday") == []

        dated = Names.load(model, labels={"DATE": "DATE_TIME"})

        assert found(dated, "see you Monday") == [("DATE_TIME", "Monday")]

    def test_a_label_that_nobody_mapped_is_an_entity_of_its_own(self, names):
        assert found(names, "she lies in Ward 9 now") == [("WARD", "Ward 9")]

    def test_findings_say_who_found_them_and_how_sure(self, names):
        (finding,) = names.find_many(["maria garcia"])[0]

        assert (finding.rule, finding.score) == ("names.spacy", 0.85)

    def test_many_texts_are_answered_in_order(self, names):
        texts = ["no one", "", "Maria Garcia", "12 34", "from Springfield"] * 40

        answers = names.find_many(texts)

        assert [spans(t, a) for t, a in zip(texts, answers, strict=True)] == [found(names, t) for t in texts]

    def test_a_trained_model_finds_what_it_learned_without_the_parts_that_names_do_not_need(self, trained):
        nlp = spacy_model.load(trained)

        assert nlp.pipe_names == ["ner"]
        assert found(Names.load(trained), "hello my name is Wei Chen and my order is late") == [
            ("PERSON", "Wei Chen")
        ]

    def test_a_name_and_version_tell_which_model_runs(self, names):
        assert (names.model, names.notice) == ("en_ruled 1.2.3", "")

    def test_half_a_surrogate_pair_is_no_reason_to_fail(self, names):
        assert found(names, "\ud83d Maria Garcia") == [("PERSON", "Maria Garcia")]

    def test_a_hostile_text_hides_no_name_behind_it(self):
        names = Names.load()
        noises = ["\u0301" * 4_000, "\ud800" * 4_000, "[" * 4_000, "a-" * 1_000, "\n" * 4_000, "a@b." * 1_000]
        texts = [f"{noise} my name is Maria Garcia and my order is late" for noise in noises]

        answers = names.find_many(texts)

        assert all(
            ("PERSON", "Maria Garcia") in spans(text, answer)
            for text, answer in zip(texts, answers, strict=True)
        )

    def test_the_models_vocabulary_forgets_the_texts(self, model):
        names = Names.load(model)
        names.find_many(["warm up"])
        before = len(names._nlp.vocab.strings)

        names.find_many([f"Maria Garcia says word{i}" for i in range(200)])

        assert len(names._nlp.vocab.strings) == before

    def test_threads_get_the_answers_of_their_own_texts(self, names):
        wrong = []

        def ask(name):
            for i in range(20):
                text = "x " * i + name
                if found(names, text) != [("LOCATION" if name == "Springfield" else "PERSON", name)]:
                    wrong.append(name)

        threads = [threading.Thread(target=ask, args=(n,)) for n in ("Springfield", "Maria Garcia") * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert wrong == []


class TestNoModel:
    def test_without_a_model_there_are_no_names_and_a_sentence_says_so(self, monkeypatch, tmp_path):
        monkeypatch.setattr(spacy_model, "SHIPPED", tmp_path / "none")
        monkeypatch.setattr(spacy_model, "INSTALLED", ("en_no_such_model",))

        names = Names.load()

        assert names.notice == NO_MODEL
        assert names.find_many(["Maria Garcia"]) == [[]]

    def test_the_shipped_model_is_the_default(self, monkeypatch, model):
        monkeypatch.setattr(spacy_model, "SHIPPED", model)

        assert Names.load().model == "en_ruled 1.2.3"

    def test_a_named_model_that_is_not_there_fails_and_nothing_is_downloaded(self, monkeypatch):
        def refuse(*_):
            raise AssertionError("a connection was made")

        monkeypatch.setattr(socket.socket, "connect", refuse)

        with pytest.raises(Failure, match="en_core_web_of_lies is neither a directory nor") as failed:
            Names.load("en_core_web_of_lies")
        assert failed.value.reason is Reason.FIELD_INVALID

    def test_a_directory_that_holds_no_model_fails_at_the_start(self, tmp_path):
        with pytest.raises(Failure, match="cannot be loaded"):
            Names.load(tmp_path)


class TestStructure:
    @pytest.mark.parametrize(
        ("line", "name"),
        [
            ('{"caller":"Siobhan O\'Rourke","plan":"gold"}', "Siobhan O'Rourke"),
            ('{"name":"Dana Whitfield"}', "Dana Whitfield"),
            ("{'name':'Dana Whitfield','age':4}", "Dana Whitfield"),
            ("name=Dana Whitfield;tier=gold", "Dana Whitfield"),
            ("user=dana whitfield|status=open", "dana whitfield"),
            ("<name>Dana Whitfield</name><tier>gold</tier>", "Dana Whitfield"),
            ('level=info customer="Dana Whitfield" agent=bot-1', "Dana Whitfield"),
        ],
    )
    def test_a_name_in_a_line_without_spaces_is_found_and_its_marks_stay(self, line, name, shipped):
        assert ("PERSON", name) in found(shipped, line)

    @pytest.mark.parametrize(
        "line", ['{"level":"info","status":"Completed"}', "<status>Open</status>", "first_name=;plan=Gold"]
    )
    def test_a_line_that_names_nobody_stays_as_it_is(self, line, shipped):
        assert found(shipped, line) == []


class TestLanguage:
    def test_another_language_than_the_models_is_refused(self, names):
        with pytest.raises(Failure) as failed:
            names.find_many(["Hallo"], "de")

        assert failed.value.reason is Reason.LANGUAGE_UNSUPPORTED

    @pytest.mark.parametrize("language", ["", "en", "en-US", "en_GB", "EN"])
    def test_the_models_own_language_may_be_written_in_any_way(self, names, language):
        assert names.find_many(["Maria Garcia"], language)[0] != []


class TestTrim:
    @pytest.mark.parametrize(
        ("marked", "kept"),
        [
            ("it is «Maria's» order", "Maria"),
            ("it is «Maria’s,» order", "Maria"),
            ("«(Maria)»", "Maria"),
            ("« Maria Garcia. »", "Maria Garcia"),
            ("«J. R. O'Neil»", "J. R. O'Neil"),
            ("«मारिया»", "मारिया"),
            ("«'s»", ""),
            ("«...»", ""),
        ],
    )
    def test_what_is_no_part_of_a_name_is_cut_off(self, marked, kept):
        start, end = marked.index("«"), marked.index("»") - 1
        text = marked.replace("«", "").replace("»", "")

        a, b = trim(text, start, end)

        assert text[a:b] == kept


class TestLongTexts:
    def test_a_long_text_is_looked_at_whole(self, names):
        text = "Maria Garcia\n" + "word " * 9_000 + "Maria Garcia lives in Springfield" + " word" * 9_000

        assert found(names, text) == [
            ("PERSON", "Maria Garcia"),
            ("PERSON", "Maria Garcia"),
            ("LOCATION", "Springfield"),
        ]

    def test_a_name_at_any_place_around_a_cut_is_found_once(self, names):
        for shift in range(0, 2 * OVERLAP, 37):
            text = "word " * ((20_000 - 2 * OVERLAP + shift) // 5) + "Maria Garcia" + " word" * 4_000

            assert found(names, text) == [("PERSON", "Maria Garcia")]

    @settings(max_examples=50, deadline=None)
    @given(st.text(alphabet="ab. \n", max_size=9_000), st.integers(1_000, 3_000))
    def test_every_position_is_one_windows_to_answer_for(self, text, size):
        cut = list(windows(text, size=size))

        assert [(w.core_start, w.core_end) for w in cut] == list(
            zip([0, *(w.core_end for w in cut)], [w.core_end for w in cut], strict=False)
        )
        assert cut[-1].core_end >= len(text)
        assert all(w.start <= w.core_start and w.core_end <= max(w.end, 1) for w in cut)
        assert all(w.end - w.start <= size for w in cut)


class Badge(PatternRecognizer):
    """What a user writes: a pattern that is nothing without its context."""

    def __init__(self):
        super().__init__(
            supported_entity="BADGE",
            patterns=[Pattern("badge", r"\b[A-Z]\d{3}\b", 0.2)],
            context=["badge"],
        )


class Colleague(EntityRecognizer):
    """One that builds on the names that the model found."""

    def __init__(self):
        super().__init__(supported_entities=["COLLEAGUE"], name="colleague")

    def load(self):
        pass

    def analyze(self, text, entities, nlp_artifacts):
        return [
            RecognizerResult("COLLEAGUE", span.start_char, span.end_char, 0.9)
            for span in nlp_artifacts.entities
            if span.label_ == "PERSON" and "colleague" in text
        ]


class Broken(Colleague):
    def analyze(self, text, entities, nlp_artifacts):
        raise ValueError(f"cannot do {text}")


class Outside(Colleague):
    def analyze(self, text, entities, nlp_artifacts):
        return [RecognizerResult("COLLEAGUE", 0, len(text) + 1, 0.9)]


class Slow(PatternRecognizer):
    def __init__(self):
        super().__init__(supported_entity="SLOW", patterns=[Pattern("slow", r"(?:(?:a|aa)+)+b", 0.5)])


class German(Colleague):
    def __init__(self):
        super().__init__()
        self.supported_language = "de"


def own(name):
    return f"{__name__}:{name}"


class TestPresidio:
    def test_a_class_runs_and_its_context_words_raise_its_score(self, model):
        names = Names.load(model, [own("Badge")])

        near, far = names.find_many(["my badge number is B123", "B123"])

        assert [(f.entity, f.rule, round(f.score, 2)) for f in (*near, *far)] == [
            ("BADGE", "presidio.Badge", 0.55),
            ("BADGE", "presidio.Badge", 0.2),
        ]

    def test_a_recognizer_sees_the_names_that_the_model_found_as_presidios_entities(self, model):
        names = Names.load(model, [own("Colleague")])
        text = "my colleague Maria Garcia"

        assert sorted(found(names, text)) == [("COLLEAGUE", "Maria Garcia"), ("PERSON", "Maria Garcia")]

    def test_recognizers_run_without_a_model_too(self):
        names = Names.load(None, [own("Badge")])

        assert names.notice == NO_MODEL
        assert found(names, "badge B123") == [("BADGE", "B123")]

    def test_recognizers_see_texts_without_a_letter(self, tmp_path, model):
        file = tmp_path / "own.yaml"
        file.write_text("""
recognizers:
  - name: Pin
    supported_entity: PIN
    patterns: [{name: pin, regex: '\\b\\d{4}\\b', score: 0.5}]
""")

        assert found(Names.load(model, [str(file)]), "1234") == [("PIN", "1234")]

    def test_a_registry_file_may_name_presidios_own_recognizers_and_no_other_comes_with_it(self, tmp_path):
        file = tmp_path / "own.yaml"
        file.write_text("""
recognizers:
  - CreditCardRecognizer
  - name: IpRecognizer
    type: predefined
  - name: Titles
    supported_entity: TITLE
    supported_languages: [en, de]
    deny_list: [Mr., Mrs.]
""")
        names = Names.load(None, [str(file)])

        assert found(names, "Mr. X pays 4111 1111 1111 1111 from 192.0.2.7, a@example.com") == [
            ("TITLE", "Mr."),
            ("CREDIT_CARD", "4111 1111 1111 1111"),
            ("IP_ADDRESS", "192.0.2.7"),
        ]

    def test_the_email_check_makes_no_connection_and_keeps_no_file(self, tmp_path, monkeypatch):
        def refuse(*_):
            raise AssertionError("a connection was made")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        file = tmp_path / "own.yaml"
        file.write_text("recognizers: [EmailRecognizer]")

        assert found(Names.load(None, [str(file)]), "write to a.b@example.com") == [
            ("EMAIL_ADDRESS", "a.b@example.com")
        ]

    @pytest.mark.parametrize("broken", ["Broken", "Outside"])
    def test_a_recognizer_that_fails_fails_the_call_and_its_words_are_not_repeated(self, model, broken):
        names = Names.load(model, [own(broken)])

        with pytest.raises(Failure, match="the Presidio recognizer colleague failed") as failed:
            names.find_many(["tell Maria Garcia"])

        assert failed.value.reason is Reason.INTERNAL
        assert "Maria" not in failed.value.sentence
        assert failed.value.__cause__ is None
        assert failed.value.__context__ is None

    def test_a_pattern_that_runs_out_of_time_is_a_failure_and_not_a_skip(self, monkeypatch):
        from hushgate.detection import presidio

        monkeypatch.setattr(presidio, "_SECONDS", 0.05)
        names = Names.load(None, [own("Slow")])

        with pytest.raises(Failure) as failed:
            names.find_many(["a" * 200])

        assert failed.value.reason is Reason.DETECTION_TIMEOUT

    def test_presidio_logs_nothing_of_a_text_and_still_logs_for_others(self, model, caplog):
        logger = logging.getLogger("presidio-analyzer")
        names = Names.load(model, [own("Badge")])

        with caplog.at_level(logging.DEBUG, logger="presidio-analyzer"):
            names.find_many(["the badge of Maria Garcia is B123"])
            assert caplog.records == []
            logger.info("said by the host itself")

        assert [record.getMessage() for record in caplog.records] == ["said by the host itself"]

    @pytest.mark.parametrize(
        ("source", "sentence"),
        [
            ("no_such_module_here:Thing", "cannot be read: ModuleNotFoundError"),
            (own("Missing"), "cannot be read: AttributeError"),
            (own("TestPresidio"), "must be a subclass of presidio_analyzer.EntityRecognizer"),
            ("Badge", "must be module:Class or a .yaml file"),
            ("no/such/file.yaml", "cannot be read: FileNotFoundError"),
            (own("German"), "names none for the language en"),
        ],
    )
    def test_a_source_that_cannot_be_used_is_refused_at_the_start(self, source, sentence):
        with pytest.raises(Failure, match=sentence) as failed:
            Names.load(None, [source])

        assert failed.value.reason is Reason.FIELD_INVALID

    def test_a_registry_file_with_an_unknown_recognizer_is_refused_at_the_start(self, tmp_path):
        file = tmp_path / "own.yaml"
        file.write_text("recognizers: [NoSuchRecognizer]")

        with pytest.raises(Failure, match="NoSuchRecognizer"):
            Names.load(None, [str(file)])


@given(st.text(max_size=8) | st.sampled_from(["Madrid", "dana", "WHITFIELD", "the", "Prodan"]))
def test_the_packed_table_of_norms_says_what_spacys_own_says(norms, word):
    plain, packed = norms

    assert [packed.vocab[word].norm_] == [plain.vocab[word].norm_]


def test_a_model_whose_vocabulary_holds_another_table_too_is_read_by_spacy(tmp_path):
    nlp = spacy.blank("en")
    nlp.vocab.lookups.add_table("lexeme_norm", {"whitfield": "LAST"})
    nlp.vocab.lookups.add_table("lemma_lookup", {"went": "go"})
    nlp.to_disk(tmp_path)

    loaded = spacy_model.load(tmp_path)

    assert Norms.read(tmp_path / "vocab" / "lookups.bin") is None
    assert Norms.read(tmp_path / "nowhere") is None
    assert loaded.vocab.lookups.get_table("lemma_lookup")["went"] == "go"
    assert loaded.vocab["whitfield"].norm_ == "LAST"


def test_a_tokenizer_that_parts_structure_already_is_left_as_it_is():
    nlp = spacy.blank("en")
    spacy_model.part_structure(nlp)
    once = nlp.tokenizer.infix_finditer

    spacy_model.part_structure(nlp)

    assert nlp.tokenizer.infix_finditer is once
    assert [token.text for token in nlp('"name":"Dana"')] == ['"', "name", '"', ":", '"', "Dana", '"']


@pytest.mark.parametrize(
    "text", ["A-2093148", "7", "CS 771", "QXZ7KW", "x¿½", "²³", "QXKZVBWJPH", "WQDJTNBGZC"]
)
def test_a_code_is_nobodys_name(text):
    assert is_code(text)


def test_a_greeting_in_another_language_is_no_part_of_a_name():
    nlp = spacy.blank("en")
    patterns = ("Bonjour Marie", "Danke", "Mercier")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": each} for each in patterns])
    text = "Bonjour Marie. Danke. Mercier."
    found = Names(nlp).find_many([text])[0]
    assert [text[f.start : f.end] for f in found] == ["Marie", "Mercier"]


def test_a_kind_of_organisation_in_small_letters_is_no_name():
    nlp = spacy.blank("en")
    patterns = ("financial services company", "Beispiel services company", "examplia")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": each} for each in patterns])
    text = "A financial services company, Beispiel services company, and examplia."
    found = Names(nlp).find_many([text])[0]
    assert [text[f.start : f.end] for f in found] == ["Beispiel services company", "examplia"]


@pytest.mark.parametrize(
    "text", ["Dana", "J0hn Smith", "Louis XIV 2nd", "李 娜", "三郎", "HIRSCHFELD", "BERGQVIST", "WANG XU"]
)
def test_a_name_is_no_code(text):
    assert not is_code(text)
