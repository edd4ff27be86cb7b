"""The redactor: texts and documents treated as on their way to a log."""

from __future__ import annotations

import contextvars
import json
import threading

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate import Redactor, deadline
from hushgate.detection.detector import Detector
from hushgate.detection.names import NO_MODEL, Names
from hushgate.detection.patterns import Patterns
from hushgate.detection.rule import Rule
from hushgate.failure import Failure, Reason
from hushgate.policy.reader import read_policy
from hushgate.transformation.joinable import Keys

RULES = (
    Rule("toy.case", "CASE_ID", r"\bC-\d{4}\b", score=0.5),
    Rule("toy.host", "HOST", r"\bh-\d\b", score=0.5),
    Rule("toy.faint", "FAINT", r"\bf-\d\b", score=0.45),
    Rule("toy.key", "API_KEY", r"\bk-\d{4}\b", score=0.9),
    Rule("toy.stop", "STOP", r"\bs-\d\b", score=0.9),
    Rule("toy.number", "NUMBER", r"\b\d{4}\b", score=0.1, context=("account",)),
)
POLICY = """
version: "1"
internal: ["**.notes"]
entities: {customer.loyalty: LOYALTY_ID}
thresholds: {FAINT: 0.5}
intents: {any: {description: Anything., fields: {a: keep}}}
destinations:
  model: {default: keep}
  customer: {own: {default: keep}, others: block}
  tool: {default: keep}
  human_agent: {default: keep}
  log: {default: redact, HOST: hash, LOYALTY_ID: mask, STOP: block, internal_notes: redact}
allow: [c-0000]
deny: {PROJECT: [Blue Moon, "#42"]}
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text(POLICY)
    return read_policy(file)


@pytest.fixture(scope="module")
def redactor(policy):
    return Redactor(Detector(Patterns(RULES)), policy, Keys.derive(b"k" * 32))


@pytest.fixture(scope="module")
def shipped():
    return Redactor.load(names=False)


class TestTexts:
    def test_what_is_found_is_replaced_and_all_else_stays(self, redactor):
        done = redactor.redact("about C-1234, please\t")

        assert done.text == "about [CASE_ID], please\t"
        assert [(f.entity, f.start, f.end, f.rule, f.action) for f in done.findings] == [
            ("CASE_ID", 6, 12, "toy.case", "redact")
        ]

    def test_each_entity_is_treated_as_the_policy_says_of_the_log(self, redactor):
        first, again = (redactor.redact(f"{word} on h-1").text for word in ("up", "up"))

        assert first == again
        assert first.startswith("up on [HOST_")

    def test_a_score_below_its_threshold_is_no_finding(self, redactor):
        assert redactor.redact("f-1").findings == ()

    def test_an_allowed_value_is_no_finding(self, redactor):
        assert redactor.redact("C-0000 and C-0001").text == "C-0000 and [CASE_ID]"

    def test_a_denied_value_is_found_as_a_whole_word_in_any_case(self, redactor):
        text = "blue moon, BLUE MOON, bluemoon, blue moons, x#42"

        assert redactor.redact(text).text == "[PROJECT], [PROJECT], bluemoon, blue moons, x[PROJECT]"

    def test_a_secret_is_redacted_where_the_policy_does_not_name_it(self, redactor):
        assert redactor.redact("use k-1234").text == "use [API_KEY]"

    def test_where_the_policy_blocks_nothing_of_the_text_is_left(self, redactor):
        done = redactor.redact("s-1 and more")

        assert done.text == "[BLOCKED]"
        assert [f.entity for f in done.findings] == ["STOP"]

    def test_many_come_back_in_order_and_number(self, redactor):
        texts = ["C-1234", "", "nothing", "C-1234"]

        assert [r.text for r in redactor.redact_many(texts)] == ["[CASE_ID]", "", "nothing", "[CASE_ID]"]

    def test_a_text_over_the_limit_fails(self, policy):
        small = Redactor(Detector(Patterns(RULES)), policy, Keys.derive(b"k"), max_text=5)

        with pytest.raises(Failure, match="text is longer than 5 code points") as failed:
            small.redact("C-1234")
        assert failed.value.reason is Reason.TEXT_TOO_LONG

    def test_nothing_shows_a_value(self, redactor):
        assert "C-1234" not in repr(redactor.redact("C-1234 stays hidden"))

    def test_threads_share_one(self, redactor):
        answers = {}

        def ask(number):
            texts = [f"{number} C-{n:04}" for n in range(1, 50)]
            answers[number] = {redactor.redact(text).text for text in texts}

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert answers == {n: {f"{n} [CASE_ID]"} for n in range(4)}


class TestDocuments:
    def test_strings_are_redacted_where_they_stand_and_all_else_keeps_its_type(self, redactor):
        document = '{"log": ["see C-1234", 1.50, null, true], "n": {"m": "x"}}'

        done = redactor.redact_json(document)

        assert done.text == '{"log": ["see [CASE_ID]", 1.50, null, true], "n": {"m": "x"}}'
        assert done.paths == ("log[0]",)
        assert [(f.start, f.end) for f in done.findings] == [(4, 10)]

    def test_a_document_without_a_finding_comes_back_as_it_was_written(self, redactor):
        document = '{ "a":1e5,\t"b" : "\\u0061" }'

        assert redactor.redact_json(document).text == document

    def test_a_number_that_is_hidden_becomes_a_string(self, redactor):
        assert redactor.redact_json('{"account": 1234, "year": 1234}').text == (
            '{"account": "[NUMBER]", "year": 1234}'
        )

    def test_the_field_gives_context_to_its_value(self, redactor):
        done = redactor.redact_json('{"accountNumber": "1234", "count": "1234"}')

        assert json.loads(done.text) == {"accountNumber": "[NUMBER]", "count": "1234"}

    def test_a_key_that_holds_a_value_is_rewritten_and_no_value_is_lost(self, redactor):
        done = redactor.redact_json('{"C-1234": 1, "C-5678": {"C-9999": "C-1111"}}')

        assert json.loads(done.text) == {"[CASE_ID]": 1, "[CASE_ID] (2)": {"[CASE_ID]": "[CASE_ID]"}}
        assert not any("C-" in path for path in done.paths)

    def test_a_key_of_one_word_is_no_name_but_a_pattern_finds_what_it_holds(self, policy, tmp_path):
        nlp = spacy.blank("en")
        nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": [{"LOWER": "maria"}]}])
        nlp.to_disk(tmp_path / "model")
        detector = Detector(Patterns(RULES), Names.load(tmp_path / "model"))
        named = Redactor(detector, policy, Keys.derive(b"k"))

        done = named.redact_json('{"maria": "maria", "to maria": {"C-1234": ""}}')

        assert json.loads(done.text) == {"maria": "[PERSON]", "to [PERSON]": {"[CASE_ID]": ""}}

    def test_what_the_policy_says_of_a_field_needs_no_detector(self, redactor):
        done = redactor.redact_json('{"customer": {"loyalty": "ab 12"}, "case": {"notes": "he lies"}}')

        assert json.loads(done.text) == {
            "customer": {"loyalty": "** **"},
            "case": {"notes": "[INTERNAL_NOTE]"},
        }
        assert done.paths == ("customer.loyalty", "case.notes")

    def test_many_documents_come_back_in_order(self, redactor):
        documents = ['"C-1234"', "[]", "7", '{"a": "C-1234"}']

        assert [r.text for r in redactor.redact_json_many(documents)] == [
            '"[CASE_ID]"',
            "[]",
            "7",
            '{"a": "[CASE_ID]"}',
        ]

    @pytest.mark.parametrize("document", ["", "{", '{"a": 1, "a": 2}', "NaN", "{} {}"])
    def test_what_is_no_document_fails(self, redactor, document):
        with pytest.raises(Failure) as failed:
            redactor.redact_json(document)

        assert failed.value.reason is Reason.JSON_INVALID


class TestLoad:
    def test_what_ships_hides_a_card_and_an_email_address(self, shipped):
        done = shipped.redact("card 4111 1111 1111 1111, mail a@example.com")

        assert "4111" not in done.text
        assert "example.com" not in done.text

    def test_without_a_model_to_load_a_notice_says_so(self, policy):
        assert Redactor(Detector(Patterns(RULES)), policy, Keys.derive(b"k")).notice == ""
        assert Redactor(Detector(Patterns(RULES), Names(None)), policy, Keys.derive(b"k")).notice == NO_MODEL

    def test_packs_of_ones_own_come_beside_the_shipped_ones(self, tmp_path):
        (tmp_path / "own.yaml").write_text("""
pack: own
description: Numbers of our own.
rules:
  - id: own.case
    entity: CASE_ID
    description: A case.
    pattern: |
      \\bC-\\d{4}\\b
    score: 0.9
    references: [https://example.com]
    matches: ["see «C-1234»"]
    ignores: ["see C-123"]
""")

        redactor = Redactor.load(recognizers=[tmp_path], names=False)

        done = redactor.redact("C-1234 paid 4111 1111 1111 1111")

        assert [f.entity for f in done.findings] == ["CASE_ID", "CREDIT_CARD"]

    @pytest.mark.parametrize("given", ["policy", "recognizers"])
    def test_a_file_that_is_not_there_fails_by_name(self, given):
        value = "/nowhere/x.yaml"

        with pytest.raises(Failure, match=rf"{given[:6]}.* does not exist"):
            Redactor.load(**{given: value if given == "policy" else [value]}, names=False)

    def test_a_pack_with_a_problem_fails_with_its_file_and_line(self, tmp_path):
        (tmp_path / "own.yaml").write_text("pack: own\ndescription: None.\nrules: []\n")

        with pytest.raises(Failure, match=r"own\.yaml:3: "):
            Redactor.load(recognizers=[tmp_path], names=False)

    def test_a_policy_with_a_problem_fails_with_its_file_and_line(self, tmp_path):
        file = tmp_path / "policy.yaml"
        file.write_text('version: "1"\nnonsense: 1\n')

        with pytest.raises(Failure, match=r"policy\.yaml:2: nonsense") as failed:
            Redactor.load(policy=file, names=False)
        assert failed.value.reason is Reason.POLICY_INVALID


PIECES = st.sampled_from(
    ["C-1234", "h-1", "k-9999", "Blue Moon", "c-0000", " ", ",", "é", "[", "]", "CASE_ID", "x"]
)


class TestLaws:
    @given(st.text(alphabet="abc é\n\u200b[]"))
    def test_without_a_finding_the_output_is_the_input(self, redactor, text):
        done = redactor.redact(text)

        assert done.findings == ()
        assert done.text == text

    @given(st.lists(PIECES))
    def test_redacting_twice_changes_nothing(self, redactor, pieces):
        once = redactor.redact(" ".join(pieces)).text

        assert redactor.redact(once).text == once

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.sampled_from(["4111 1111 1111 1111", "a@example.com", "212-555-0188", "-", "at", "12"]))
    )
    def test_what_ships_redacts_twice_to_the_same(self, shipped, pieces):
        once = shipped.redact(" ".join(pieces)).text

        assert shipped.redact(once).text == once


class TestInTheCallersOwnProcess:
    @pytest.fixture
    def no_time(self, monkeypatch):
        monkeypatch.setattr(deadline, "LONGEST_SECONDS", -1.0)

    @pytest.mark.parametrize("ask", ["redact", "redact_json"])
    def test_work_that_takes_too_long_is_refused(self, redactor, no_time, ask):
        with pytest.raises(Failure) as refused:
            getattr(redactor, ask)('"C-1234"')

        assert refused.value.reason is Reason.DETECTION_TIMEOUT
        assert refused.value.sentence == "the call took longer than -1000 milliseconds to decide"

    def test_a_callers_deadline_is_the_one_that_holds(self, redactor, no_time):
        def within():
            deadline.Deadline(longest=60.0).begin()
            return redactor.redact("C-1234").text

        assert contextvars.copy_context().run(within) == "[CASE_ID]"

    def test_what_comes_next_has_its_own_time(self, redactor, monkeypatch):
        with monkeypatch.context() as short:
            short.setattr(deadline, "LONGEST_SECONDS", -1.0)
            with pytest.raises(Failure):
                redactor.redact("C-1234")

        deadline.check()
        assert redactor.redact("C-1234").text == "[CASE_ID]"

    def test_a_long_text_may_take_longer(self):
        with deadline.bounded(["x" * (3 * deadline.LONG_TEXT), "y"]):
            assert deadline.within(1e9) > 3.9 * deadline.LONGEST_SECONDS
        assert deadline.within(1e9) == 1e9


def test_a_key_of_any_length_is_read_once_and_its_value_is_hidden(redactor):
    key = "k" * 300_000

    assert redactor.redact_json(json.dumps({key: "C-1234"})).text == json.dumps({key: "[CASE_ID]"})
