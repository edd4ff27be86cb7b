"""``hushgate redact``: what it answers in this process, and how it is as a Unix filter of its own."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from hushgate.cli import main
from hushgate.redactor import Redactor

COMMAND = [sys.executable, "-m", "hushgate", "redact", "--no-names"]
CARD = "4111 1111 1111 1111"
SLOW = Path(__file__).parent / "cases" / "slow.yaml"
"""A pack with a rule that backtracks."""


class Done(NamedTuple):
    """What a run of the command left."""

    returncode: int
    stdout: bytes
    stderr: bytes


@pytest.fixture(scope="module")
def loaded():
    """The shipped packs, read once for all runs in this process."""
    return cache(Redactor.load)


@pytest.fixture
def redact(loaded, monkeypatch, tmp_path, capfdbinary):
    """The command in this process, on the process's own descriptors."""
    monkeypatch.setattr(Redactor, "load", loaded)

    def run(data, *flags):
        given = tmp_path / "stdin"
        given.write_bytes(data.encode() if isinstance(data, str) else data)
        monkeypatch.setattr(sys, "argv", ["hushgate", "redact", "--no-names", *map(str, flags)])
        stdin = os.dup(0)
        try:
            with given.open("rb") as file:
                os.dup2(file.fileno(), 0)
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            os.dup2(stdin, 0)
            os.close(stdin)
        return Done(int(ended.value.code or 0), *capfdbinary.readouterr())

    return run


def test_text_lines_come_out_redacted_with_their_own_endings(redact):
    done = redact(f"pay with {CARD}\r\nnothing here\n\nmail a@example.com")

    assert done.stderr == b""
    assert done.stdout == b"pay with [CREDIT_CARD]\r\nnothing here\n\nmail [EMAIL_ADDRESS]"
    assert done.returncode == 0


def test_json_lines_come_out_redacted_and_unchanged_ones_byte_for_byte(redact):
    lines = [
        '{ "id":1.0, "ok" : true }',
        "",
        json.dumps({"card": CARD, "n": [1, {"mail": "a@example.com"}]}),
        "[]",
    ]

    done = redact("\n".join(lines) + "\n", "--format", "jsonl")

    assert done.stdout.decode().split("\n") == [
        lines[0],
        "",
        '{"card": "[CREDIT_CARD]", "n": [1, {"mail": "[EMAIL_ADDRESS]"}]}',
        "[]",
        "",
    ]


def test_profiles_leave_the_other_packs_out(redact):
    line = f"card {CARD}, call 212-555-0188\n"

    assert redact(line, "--profiles", "pci").stdout == b"card [CREDIT_CARD], call 212-555-0188\n"
    assert redact(line, "--profiles", "pci, logs").stdout == b"card [CREDIT_CARD], call [PHONE_NUMBER]\n"


def test_files_are_read_in_order_as_cat_reads_them(redact, tmp_path):
    one, two = tmp_path / "one.log", tmp_path / "two.log"
    one.write_text("a\nb")
    two.write_text(f"c\n{CARD}\n")

    assert redact(b"", one, two).stdout == b"a\nbc\n[CREDIT_CARD]\n"


class TestFindings:
    def test_a_text_line_gives_its_number_its_redacted_text_and_its_findings(self, redact):
        done = redact(f"hello\npay {CARD}\n", "--findings")

        first, second = map(json.loads, done.stdout.splitlines())
        (finding,) = second["findings"]
        assert first == {"id": "1", "text": "hello", "findings": []}
        assert (second["id"], second["text"]) == ("2", "pay [CREDIT_CARD]")
        assert list(finding) == ["entity", "start", "end", "score", "rule"]
        assert (finding["entity"], finding["start"], finding["end"]) == ("CREDIT_CARD", 4, 23)
        assert 0.4 <= finding["score"] <= 1
        assert finding["rule"].startswith("payment.")

    def test_a_json_line_with_a_text_keeps_its_id_and_only_the_text_is_looked_at(self, redact):
        line = json.dumps({"id": "turn-7", "text": f"pay {CARD}", "meta": {"mail": "a@example.com"}})

        done = json.loads(redact(line, "--format", "jsonl", "--findings").stdout)

        assert (done["id"], done["text"]) == ("turn-7", "pay [CREDIT_CARD]")
        assert [f["start"] for f in done["findings"]] == [4]

    def test_any_other_json_line_gives_the_path_of_each_finding(self, redact):
        line = json.dumps({"order": {"mails": ["a@example.com"]}})

        done = json.loads(redact(line + "\n\n", "--format", "jsonl", "--findings").stdout)

        assert (done["id"], json.loads(done["text"])) == ("1", {"order": {"mails": ["[EMAIL_ADDRESS]"]}})
        assert [f["path"] for f in done["findings"]] == ["order.mails[0]"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "flags", "sentence"),
        [
            (b"ok\nok\n\xff 555-0188\nok\n", [], "line 3 is not UTF-8 text"),
            (b"{}\n[]\n{555-0188\n{}\n", ["--format", "jsonl"], "line 3: json is not JSON"),
            (b'{}\n[]\n{"a": 1, "a": 5550188}\n', ["--format", "jsonl"], "line 3: json is not a document"),
        ],
    )
    def test_a_line_that_cannot_be_redacted_ends_the_run_with_its_number(self, redact, data, flags, sentence):
        done = redact(data, *flags)

        assert done.returncode == 2
        assert done.stdout == b"".join(data.splitlines(keepends=True)[:2])
        assert sentence in done.stderr.decode()
        assert "555" not in done.stderr.decode()

    @pytest.mark.parametrize(
        ("data", "flags", "out", "lines"),
        [
            (b"ok\n\xff 555-0188\nok\n", [], b"ok\n[LINE NOT REDACTED]\nok\n", "1 line"),
            (
                b'{"a": 1}\n{555-0188\r\n\xff\n[]\n',
                ["--format", "jsonl"],
                b'{"a": 1}\n{"id": "2", "error": "JSON_INVALID"}\r\n'
                b'{"id": "3", "error": "FIELD_INVALID"}\n[]\n',
                "2 lines",
            ),
            (
                b"ok\n\xff",
                ["--findings"],
                b'{"id": "1", "text": "ok", "findings": []}\n{"id": "2", "error": "FIELD_INVALID"}\n',
                "1 line",
            ),
        ],
    )
    def test_a_line_that_cannot_be_redacted_is_marked_where_asked_for(self, redact, data, flags, out, lines):
        done = redact(data, "--on-error", "mark", *flags)

        assert (done.returncode, done.stdout) == (1, out)
        assert done.stderr.decode().startswith(f"hushgate: {lines} could not be redacted")

    def test_the_file_is_named_too(self, redact, tmp_path):
        file = tmp_path / "bad.log"
        file.write_bytes(b"\xff\n")

        done = redact(b"", file)

        assert (done.returncode, done.stderr.decode()) == (2, f"hushgate: {file}: line 1 is not UTF-8 text\n")

    @pytest.mark.parametrize(
        ("flags", "sentence"),
        [
            (["/nowhere/x.log"], "No such file"),
            (["--policy", "/nowhere/p.yaml"], "does not exist"),
            (["--recognizers", "/nowhere/packs"], "does not exist"),
            (["--format", "xml"], "xml"),
        ],
    )
    def test_what_was_asked_for_wrongly_is_a_sentence_and_exit_code_2(self, redact, flags, sentence):
        done = redact(b"", *flags)

        assert done.returncode == 2
        assert sentence in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()

    def test_a_model_that_is_not_there_is_no_reason_to_go_without(self):
        done = subprocess.run(
            [*COMMAND[:-1], "--names", "en_no_such_model"],
            input=b"x\n",
            capture_output=True,
            timeout=60,
            check=False,
        )

        assert (done.returncode, done.stdout) == (2, b"")
        assert "nothing is downloaded" in done.stderr.decode()


class TestHostileLines:
    """Behind ``ok``, a line that is made to do harm, and one after it."""

    @pytest.mark.parametrize(
        ("line", "flags", "sentence"),
        [
            (b"word " * 2_000_000 + CARD.encode(), [], "line 2 is longer than 1000000 code points"),
            (b'"' + b"x" * 10_000_000, ["--format", "jsonl"], "line 2 is longer than 1000000 code points"),
            (b"pay \xff\xfe " + CARD.encode(), [], "line 2 is not UTF-8 text"),
            (b"a lone surrogate \xed\xa0\x80 " + CARD.encode(), [], "line 2 is not UTF-8 text"),
            (b"more bytes than needed \xc0\xaf " + CARD.encode(), [], "line 2 is not UTF-8 text"),
            (
                b"[" * 10_000 + b'"' + CARD.encode() + b'"' + b"]" * 10_000,
                ["--format", "jsonl"],
                "line 2: json is nested deeper than 64 levels",
            ),
            (
                b"[" * 10_000,
                ["--format", "jsonl", "--findings"],
                "line 2: json is nested deeper than 64 levels",
            ),
        ],
        ids=["10 MB", "10 MB of JSON", "bytes", "surrogate", "overlong", "brackets", "open brackets"],
    )
    def test_is_refused_with_its_number_and_the_limit(self, redact, line, flags, sentence):
        done = redact(b'"ok"\n' + line + b'\n"after"\n', *flags)

        assert (done.returncode, done.stderr.decode()) == (2, f"hushgate: {sentence}\n")
        assert b"ok" in done.stdout
        assert done.stdout.count(b"\n") == 1

    def test_is_refused_where_it_ends_with_half_a_character(self, redact):
        done = redact(b"ok\npay " + CARD.encode() + b" \xe2\x82")

        assert (done.returncode, done.stdout) == (2, b"ok\n")
        assert done.stderr == b"hushgate: line 2 is not UTF-8 text\n"

    def test_is_refused_where_a_rule_backtracks_for_ever(self, monkeypatch, tmp_path, capfdbinary):
        given = tmp_path / "given"
        given.write_bytes(b"ok\nQQ" + b"q" * 4000 + b" " + CARD.encode() + b"\nafter\n")
        arguments = ["--no-names", "--profiles", "pci", "--recognizers", str(SLOW), str(given)]
        monkeypatch.setattr(sys, "argv", ["hushgate", "redact", *arguments])

        with pytest.raises(SystemExit) as ended:
            main()

        out, err = capfdbinary.readouterr()
        assert (ended.value.code, out) == (2, b"ok\n")
        assert err.decode().endswith("line 2: rule slow.endless took longer than 2000 milliseconds\n")

    @pytest.mark.parametrize(
        "line",
        [
            b"[" * 10_000 + CARD.encode() + b"]" * 10_000,
            "\u0301\u20dd".encode() * 2_000 + CARD.encode(),
            b"pay " + CARD.encode().replace(b" ", b" \xcc\x81\xe2\x83\x9d" * 3),
            b"\x00" * 2_000 + CARD.encode() + b"\x00",
            b"\x00".join(bytes([byte]) for byte in b"pay " + CARD.encode()),
            "\u200b".encode() * 2_000 + CARD.encode(),
            "\ufeffpay ".encode() + CARD.encode(),
        ],
        ids=["brackets", "marks", "marks inside", "NUL before", "NUL inside", "unseen", "byte order mark"],
    )
    def test_is_hidden_whatever_stands_around_the_value(self, redact, line):
        done = redact(b"ok\n" + line + b"\nafter\n")

        before, hidden, after, _ = done.stdout.split(b"\n")
        assert (done.returncode, before, after) == (0, b"ok", b"after")
        assert b"[CREDIT_CARD]" in hidden
        assert b"1111" not in hidden

    @pytest.mark.parametrize(
        "line", [b"\xcc\x81" * 4_000, b"\x00" * 4_000, b"[" * 10_000, b"\xe2\x80\xae" * 4_000]
    )
    def test_without_a_value_is_left_as_it_is(self, redact, line):
        assert redact(line + b"\n") == (0, line + b"\n", b"")

    def test_escaped_surrogates_stay_escaped_and_hide_nothing(self, redact):
        line = b'{"a": "\\ud800 ' + CARD.encode() + b' \\udc00", "\\udead": 1}\n'

        done = redact(line, "--format", "jsonl")
        found = redact(line, "--format", "jsonl", "--findings")

        assert done == (0, b'{"a": "\\ud800 [CREDIT_CARD] \\udc00", "\\udead": 1}\n', b"")
        assert (found.returncode, CARD.encode() in found.stdout) == (0, False)

    def test_of_any_kind_is_marked_and_the_rest_goes_on_where_asked_for(self, redact):
        lines = [b"ok", b"x" * 5_000_000, b"\xff", b"[" * 4_000 + CARD.encode(), b"after"]

        done = redact(b"\n".join(lines), "--on-error", "mark")

        marked = b"[LINE NOT REDACTED]"
        hidden = b"[" * 4_000 + b"[CREDIT_CARD]"
        assert done.stdout.split(b"\n") == [b"ok", marked, marked, hidden, b"after"]
        assert done.returncode == 1


class TestPipes:
    def test_a_live_pipe_is_answered_line_by_line(self):
        with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
            for line in (b"pay " + CARD.encode(), b"mail a@example.com"):
                process.stdin.write(line + b"\n")
                answer = process.stdout.readline()
                assert answer in {b"pay [CREDIT_CARD]\n", b"mail [EMAIL_ADDRESS]\n"}
            process.stdin.close()
            assert process.wait(timeout=60) == 0

    def test_a_reader_that_goes_away_ends_it_quietly(self):
        with subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        ) as process:
            process.stdin.write(b"one\n")
            process.stdout.readline()
            process.stdout.close()
            process.stdin.write(b"two\n")
            process.stdin.close()
            assert process.wait(timeout=60) == 128 + signal.SIGPIPE
            assert process.stderr.read() == b""

    def test_a_progress_bar_shows_on_a_terminal_and_never_on_stdout(self, tmp_path):
        file = tmp_path / "big.log"
        file.write_text("nothing here\n" * 20_000)
        main, terminal = pty.openpty()
        with subprocess.Popen([*COMMAND, str(file)], stdout=subprocess.PIPE, stderr=terminal) as process:
            os.close(terminal)
            out = process.stdout.read()
        shown = os.read(main, 1 << 16)
        os.close(main)

        assert out == file.read_bytes()
        assert b"big.log" in shown


class TestStart:
    @pytest.mark.parametrize("arguments", [["--help"], ["redact", "--help"], ["redact", "--no-names"]])
    def test_what_needs_no_model_imports_neither_spacy_nor_presidio(self, arguments):
        code = (
            f"import sys; sys.argv = ['hushgate', *{arguments!r}]\n"
            "from hushgate.cli import app\n"
            "slow = {'spacy', 'presidio_analyzer', 'presidio_anonymizer', 'grpc'}\n"
            "try: app()\n"
            "finally: print(sorted(slow & set(sys.modules)), file=sys.stderr)"
        )

        done = subprocess.run(
            [sys.executable, "-c", code], input=b"", capture_output=True, timeout=60, check=False
        )

        assert done.stderr.decode().strip() == "[]"
