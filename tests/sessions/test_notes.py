"""Any shared run of so many words is found, whatever stands between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.sessions.notes import Notes, fingerprint

KEY = b"k" * 32
NOTE = "Customer is a known chargeback abuser, escalate to loss prevention before any refund is promised"


def notes(text: str = NOTE, width: int = 6) -> Notes:
    note = fingerprint(text, path="case.internal_notes", source="crm", width=width, key=KEY)
    return Notes([] if note is None else [note], KEY)


def test_a_verbatim_run_is_found_with_its_span_and_field():
    draft = "Hello! You are a known chargeback abuser, escalate to nobody."

    repeats = notes().find(draft)

    assert "a known chargeback abuser, escalate to" in {
        draft[r.start : r.end] for r in repeats if r.share == 1
    }
    assert {repeat.note.path for repeat in repeats} == {"case.internal_notes"}


def test_case_punctuation_and_line_breaks_do_not_hide_a_run():
    assert notes().find("A KNOWN\nchargeback -- abuser; ESCALATE (to) loss")


def test_a_shorter_run_is_no_repeat():
    assert notes().find("we must escalate to loss prevention") == []


def test_a_note_shorter_than_the_run_is_one_run():
    assert notes("Flagged for fraud").find("your account is flagged for fraud today")


def test_a_note_of_two_words_is_none():
    assert notes("call back").find("we will call back") == []


words = st.lists(
    st.sampled_from(["alpha", "beta", "gamma", "delta", "über", "it's"]), min_size=6, max_size=20
)


@given(words, st.data())
def test_any_run_of_the_width_is_found_anywhere_in_a_draft(note, data):
    at = data.draw(st.integers(0, len(note) - 6))
    draft = " ".join(["so", *note[at : at + 6], "then"])

    assert notes(" ".join(note)).find(draft)


REWORDED = [
    "You seem to be a chargeback abuser, so we escalate to loss prevention and no refund can be promised.",
    "It is promised only if loss prevention, to whom known abusers of chargebacks escalate, agrees.",
    "known abuser. Of chargebacks. Escalate before refunds are promised: prevention of loss",
    "Customer is known ... abuser, escalate ... prevention before any ... promised",
    "C\u200bustomer is a known chargeb\u200back ab\u200buser, escal\u200bate to loss prev\u200bention first",
]


@pytest.mark.parametrize("draft", REWORDED)
def test_a_sentence_is_found_with_words_changed_moved_and_left_out(draft):
    assert notes().find(f"I have read your file. {draft} Is there anything else?")


@pytest.mark.parametrize(
    "draft",
    [
        "Your refund was promised for Friday, and I will escalate it if it does not come.",
        "The customer before you had a chargeback, that is why this took so long.",
        "Please let me know if there is anything else I can do for you.",
    ],
)
def test_a_sentence_on_the_same_matter_is_no_copy(draft):
    assert notes().find(draft) == []


def test_what_every_agent_says_is_no_copy():
    note = (
        "Told them: please let me know if you have any further questions. Suspect wardrobing, refuse quietly."
    )

    assert notes(note).find("Please let me know if you have any further questions!") == []
    assert notes(note).find("We suspect wardrobing and will quietly refuse.")
