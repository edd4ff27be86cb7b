"""The filter's lines: exact bytes out, however they came in, up to the first that cannot be vouched for."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.failure import Failure, Reason
from hushgate.lines import redact_lines

LONGEST = 1_000


def chunks(*parts):
    """A ``read`` that gives these parts one by one, as a live pipe would."""
    left = [part for part in parts if part]
    return lambda _: left.pop(0) if left else b""


def as_they_are(lines):
    return [line.text + line.ending for line in lines]


def run(read, treat=as_they_are, longest=LONGEST):
    out = bytearray()
    try:
        redact_lines(read, out.extend, treat, longest=longest)
    except Failure as failure:
        return bytes(out), failure
    return bytes(out), None


CONTENT = st.text(
    alphabet=st.sampled_from(["a", "é", "😀", "\r", "\n", "\u2028", "\x0b", "\x00", "\ufeff"])
).map(str.encode)


@given(CONTENT, st.lists(st.integers(0, 40), max_size=6))
def test_what_nothing_changes_comes_out_byte_for_byte_however_it_is_cut(content, cuts):
    bounds = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    parts = [content[a:b] for a, b in pairwise(bounds)]

    assert run(chunks(*parts)) == (content, None)


def test_each_line_is_treated_without_its_ending():
    seen = []

    def treat(lines):
        seen.extend(lines)
        return as_they_are(lines)

    run(chunks(b"one\r\ntwo\nthree"), treat)

    assert [(line.number, line.text, line.ending) for line in seen] == [
        (1, "one", "\r\n"),
        (2, "two", "\n"),
        (3, "three", ""),
    ]


def test_a_live_pipes_lines_are_answered_before_more_is_read():
    events = []
    parts = iter([b"one\ntw", b"o\n", b""])

    def read(_):
        events.append("read")
        return next(parts)

    redact_lines(read, events.append, as_they_are, longest=LONGEST)

    assert events == ["read", b"one\n", "read", b"two\n", "read"]


@pytest.mark.parametrize("where", ["together", "apart"])
def test_a_line_that_is_not_utf8_ends_the_run_with_its_number(where):
    parts = [b"one\ntwo\n\xff\xfe secret\nfour\n"]
    if where == "apart":
        parts = [bytes([byte]) for byte in parts[0]]

    out, failure = run(chunks(*parts))

    assert out == b"one\ntwo\n"
    assert failure.sentence == "line 3 is not UTF-8 text"


def test_a_character_cut_in_two_at_the_end_of_the_input_is_not_utf8():
    out, failure = run(chunks(b"one\n", "é".encode()[:1]))

    assert (out, failure.sentence) == (b"one\n", "line 2 is not UTF-8 text")


def test_a_line_that_cannot_be_treated_ends_the_run_after_all_before_it():
    def treat(lines):
        if any("bad" in line.text for line in lines):
            raise Failure(Reason.JSON_INVALID, "json is not JSON", field="json")
        return as_they_are(lines)

    out, failure = run(chunks(b"one\ntwo\nbad\nfour\n"), treat)

    assert out == b"one\ntwo\n"
    assert (failure.sentence, failure.reason) == ("line 3: json is not JSON", Reason.JSON_INVALID)


@pytest.mark.parametrize("end", [b"", b"\n", b"\nnext\n"])
def test_a_line_that_is_too_long_ends_the_run_before_it_is_held_whole(end):
    read = chunks(b"one\n", *[b"x" * 900] * 9, end)

    out, failure = run(read)

    assert out == b"one\n"
    assert (failure.sentence, failure.limit) == ("line 2 is longer than 1000 code points", LONGEST)


@pytest.mark.parametrize("size", [900, 5_000])
def test_a_run_goes_on_behind_marked_lines_and_counts_them(size):
    def treat(lines):
        if any("bad" in line.text for line in lines):
            raise Failure(Reason.JSON_INVALID, "json is not JSON", field="json")
        return as_they_are(lines)

    out = bytearray()
    read = chunks(b"one\nbad\n", *[b"x" * size] * 9, b"\nfour\n\xff\r\nsix")
    marked = redact_lines(
        read, out.extend, treat, longest=LONGEST, mark=lambda line, _: f"<{line.number}>{line.ending}"
    )

    assert (bytes(out), marked) == (b"one\n<2>\n<3>\nfour\n<5>\r\nsix", 3)


def test_a_line_of_the_longest_length_passes_in_any_script():
    line = "𝒳".encode() * LONGEST

    assert run(chunks(line[:3000], line[3000:] + b"\n")) == (line + b"\n", None)


def test_an_answer_of_no_lines_is_an_answer():
    assert run(chunks(b"one\ntwo\n"), lambda lines: []) == (b"", None)


def test_memory_stays_that_of_a_chunk_however_long_the_input():
    chunk = b"nothing to hide in this line at all\n" * 1_800
    left = iter([chunk] * 200)
    written = 0

    def write(data):
        nonlocal written
        written += len(data)

    tracemalloc.start()
    redact_lines(lambda _: next(left, b""), write, as_they_are, longest=LONGEST)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert written == 200 * len(chunk)
    assert peak < 20 * len(chunk)
