"""What an internal note says in other words: found by a model that the test makes and loads from disk."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.calls import PrepareCall, Record, ReviewCall, Verdict
from hushgate.detection import similarity
from hushgate.detection.similarity import Similarity
from hushgate.failure import Failure, Reason
from hushgate.server.assembly import assemble
from hushgate.sessions.sealing import dump, load
from hushgate.settings import NO_NAMES, Settings
from tests.conftest import CASES

NAMES = {"tenant": "acme", "session_id": "similar", "agent_id": "", "intent": "order_status"}
NOTE = (
    "Suspected of returning worn garments; decline any compensation quietly and mention nothing to the buyer."
)
REWORDED = "We believe that you send used clothes back."
AGAIN = "So each payout is silently refused, told by nobody to the purchaser."
HARMLESS = [
    "Your garments were sent on Monday and reach you on Friday.",
    "I believe that the parcel is with your neighbour.",
    "Thank you for your patience, we have refunded the delivery.",
    "Please send the kettle back in its box.",
]
SYNONYMS = [
    "suspected believe", "returning send back", "worn used", "garments clothes", "decline refused refuse",
    "compensation payout", "quietly silently", "mention told", "nothing nobody", "buyer purchaser",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A static model whose vectors are near for words of one meaning, and far from each other for others."""
    model2vec = pytest.importorskip("model2vec")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    written = " ".join([*SYNONYMS, *HARMLESS, NOTE, REWORDED, AGAIN]).lower()
    words = dict.fromkeys(word.strip(".,;") for word in written.split())
    vocabulary = {word: at for at, word in enumerate(["[UNK]", *words])}
    draw = np.random.default_rng(1)
    vectors = draw.normal(size=(len(vocabulary), 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for first, *others in map(str.split, SYNONYMS):
        for other in others:
            vectors[vocabulary[other]] = vectors[vocabulary[first]] + 0.2 * vectors[vocabulary[other]]
    rare = {word for line in SYNONYMS for word in line.split()}
    for word, at in vocabulary.items():
        vectors[at] *= 1.0 if word in rare else 0.2
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    path = tmp_path_factory.mktemp("models") / "tiny"
    model2vec.StaticModel(vectors, tokenizer).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def alike(folder, assembled):  # whose packs are shared
    """A gate with that model, and a session with the note."""
    made = assemble(Settings(policies=(CASES / "policy.yaml",), names=NO_NAMES, note_model=folder))
    record = {
        "order": {"id": "A-2093148"},
        "case": {"internal_notes": [NOTE, "Thank you for contacting us today."]},
    }
    records = (Record("crm", "c-1", json.dumps(record)),)
    made.gate.prepare(PrepareCall(**NAMES, customer_id="c-1", records=records))
    yield made.gate
    made.close()


def reviewed(gate, text, **more):
    return gate.review(ReviewCall(**NAMES, **{"destination": "customer", "text": text, **more}))


def test_a_paraphrase_waits_for_a_person_and_the_reason_says_how_near_it_is(alike, gate):
    draft = f"Hello! {REWORDED} Have a nice day."

    answer = reviewed(alike, draft)

    [reason] = answer.reasons
    assert answer.verdict is Verdict.HELD
    assert (draft[reason.start : reason.end], reason.source_field) == (
        REWORDED[:-1],
        "case.internal_notes[0]",
    )
    assert 0.8 <= reason.confidence < 1
    share = round(100 * reason.confidence)
    said = "sentence 2 says in other words what an internal note says, case.internal_notes[0]"
    assert reason.detail == f"{said}: a similarity of {share} %"
    assert reviewed(gate, draft).verdict is Verdict.PASSED  # words alone tell nothing


def test_a_clause_among_others_is_found(alike):
    assert reviewed(alike, f"Thank you for waiting, {REWORDED.lower()}").verdict is Verdict.HELD


@pytest.mark.parametrize("text", HARMLESS)
def test_another_sentence_of_the_same_words_passes(alike, text):
    assert reviewed(alike, text).verdict is Verdict.PASSED


def test_what_every_agent_says_is_no_note(alike):
    assert reviewed(alike, "Thank you for contacting us about this!").verdict is Verdict.PASSED


def test_a_copy_by_its_words_is_blocked_as_before_and_said_once(alike):
    answer = reviewed(alike, f"I am told: {NOTE}")

    assert answer.verdict is Verdict.BLOCKED
    assert all(reason.action == "block" for reason in answer.reasons)


def test_a_tool_call_waits_too(alike):
    answer = reviewed(alike, None, destination="tool", arguments_json=json.dumps({"body": [REWORDED]}))

    assert (answer.verdict, answer.reasons[0].path) == (Verdict.HELD, "body[0]")


PIECES = [*HARMLESS, REWORDED, AGAIN, "Hello,", "and so", "Nothing more."]


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.lists(st.integers(0, 500), max_size=20))
@settings(max_examples=40)
def test_a_stream_answers_as_the_whole(alike, pieces, cuts):
    from hushgate.outbound.review import Progress

    draft = " ".join(pieces)
    call = ReviewCall(**NAMES, destination="customer", text="")
    course, progress, out = alike.reviewing(call), Progress(), ""
    for start, end in itertools.pairwise(sorted({0, *(min(cut, len(draft)) for cut in cuts), len(draft)})):
        progress, released = alike.go_on(call, course, progress.given(draft[start:end]))
        out += released
    progress, released = alike.go_on(call, course, progress.given("", ended=True))
    last = alike.concluded(call, course, progress, released)
    whole = reviewed(alike, draft)

    assert (last.verdict, last.reasons, last.findings) == (whole.verdict, whole.reasons, whole.findings)
    if last.text is not None:
        assert out + last.text == whole.text
    assert REWORDED not in out


def test_what_a_note_means_is_stored_with_it_and_no_word_of_it(alike, folder):
    facts = [note for note in alike.vault.open("acme", "similar").notes._runs[6].values() if note.meanings]

    assert load(dump(facts[:1])) == facts[:1]
    assert b"garments" not in dump(facts)
    assert len(facts[0].meanings[0]) == 64


def test_vectors_are_the_same_whatever_is_asked_beside(folder):
    model = Similarity.load(folder)

    together = model.vectors([*HARMLESS, REWORDED])

    assert all(
        (model.vectors([text])[0] == row).all()
        for text, row in zip([*HARMLESS, REWORDED], together, strict=True)
    )
    assert not model.vectors(["xyzzy"]).any()


def test_a_folder_that_is_no_model_and_a_missing_extra_are_refused_at_the_start(
    folder, tmp_path, monkeypatch
):
    with pytest.raises(Failure, match=r"note_model .*is no directory"):
        Similarity.load(tmp_path / "none")
    pytest.importorskip("model2vec")
    with pytest.raises(Failure, match="is no model of sentences"):
        Similarity.load(tmp_path)
    monkeypatch.setattr(similarity, "find_spec", lambda _: None)
    with pytest.raises(Failure, match=r"install hushgate\[similarity\]") as failed:
        assemble(Settings(names=NO_NAMES, note_model=folder))
    assert (failed.value.reason, failed.value.field) == (Reason.FIELD_INVALID, "note_model")
