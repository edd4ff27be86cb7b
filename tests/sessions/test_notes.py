"""Any shared run of so many words is found, whatever stands between them."""

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

    (repeat,) = notes().find(draft)

    assert draft[repeat.start : repeat.end] == "a known chargeback abuser, escalate to"
    assert (repeat.words, repeat.note.path) == (6, "case.internal_notes")


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
