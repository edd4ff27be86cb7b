"""What an agent may use up: counted exactly, over workers, sessions and restarts."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from hushgate.assembly import load_detector
from hushgate.calls import Message, PrepareCall, Record, ReviewCall, Verdict
from hushgate.failure import Failure, Reason
from hushgate.gate import Gate
from hushgate.outbound.review import Progress
from hushgate.oversight import Oversight
from hushgate.policy.model import Policies
from hushgate.policy.reader import read_policy
from hushgate.server.assembly import assemble
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
from hushgate.settings import NO_NAMES, Settings
from hushgate.transformation.joinable import Keys

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "policy.yaml").read_text())
NAMES = {"tenant": "acme", "intent": "order_status", "agent_id": "bot"}
BOT = {"owner": "Care", "approved_by": "Privacy", "intents": ["order_status"], "autonomy": "medium"}
CALLERS, EACH, LIMIT = 64, 3, 100
if TYPE_CHECKING:
    from hushgate.detection.detector import Detector


@pytest.fixture
def gate(tmp_path, assembled):  # whose packs are shared
    """``gate(budget=limit, …)``: a gate with one agent, on the same file each time."""
    opened = []

    def made(**budgets):
        settings = written(tmp_path, **budgets)
        opened.append(assemble(settings))
        return opened[-1].gate

    yield made
    for each in opened:
        each.close()


def written(folder: Path, **budgets) -> Settings:
    policy = folder / "policy.yaml"
    policy.write_text(json.dumps(CASES | {"agents": {"bot": BOT | budgets}}))
    store = f"sqlite://{folder}/sessions.db"
    return Settings(policies=(policy,), names=NO_NAMES, store=store, key="k" * 32)


def record(number: int, subject: str = "c-1") -> Record:
    return Record("crm", subject, json.dumps({"order": {"id": f"A-{number}"}}))


def prepared(gate, *records: Record, session: str = "s-1", **more):
    return gate.prepare(PrepareCall(**NAMES, session_id=session, records=records, **more))


def reviewed(gate, text: str = "write to help@shop.example.com", session: str = "s-1", **more):
    return gate.review(
        ReviewCall(**NAMES, session_id=session, destination="customer", text=text, **more)
    ).verdict


def exhausted(call, *given, **named) -> tuple[str, int | None]:
    with pytest.raises(Failure) as caught:
        call(*given, **named)
    assert caught.value.reason is Reason.BUDGET_EXHAUSTED
    return caught.value.field, caught.value.limit


def test_a_record_counts_once_and_one_too_many_is_refused_as_a_whole(gate):
    bot = gate(max_records_per_session=2, max_subjects_per_session=1)
    prepared(bot, record(1))
    prepared(bot, record(1), record(2))

    assert exhausted(prepared, bot, record(2), record(3)) == ("max_records_per_session", 2)
    assert exhausted(prepared, bot, record(1, "c-2")) == ("max_records_per_session", 2)
    prepared(bot, record(3), record(4), session="s-2")
    assert (
        exhausted(prepared, bot, record(3), record(4, "c-2"), session="s-3")[0] == "max_subjects_per_session"
    )


def test_what_was_used_is_still_used_after_a_restart_and_after_the_session_was_ended(gate):
    prepared(gate(max_records_per_session=1), record(1))
    again = gate(max_records_per_session=1)
    again.end_session("acme", "s-1")

    assert exhausted(prepared, again, record(2)) == ("max_records_per_session", 1)


def test_sensitive_fields_and_sends_and_restores_are_counted(gate):
    bot = gate(max_sensitive_fields_per_session=1, sensitive_sends_per_hour=2, max_restores_per_session=1)
    mail = Record("crm", "c-1", '{"customer": {"email": "d@example.com"}, "order": {"id": "A-1"}}')
    prepared(bot, mail)
    card = Record("crm", "c-1", '{"payment": {"card": "4111 1111 1111 1111"}}')
    assert exhausted(prepared, bot, card)[0] == "max_sensitive_fields_per_session"

    told = prepared(bot, customer_id="c-1", messages=(Message("user", "call 212-555-0188"),))
    token = told.messages[0].text.removeprefix("call ")
    assert reviewed(bot, f"We call {token}.") is Verdict.PASSED
    assert exhausted(reviewed, bot, f"We call {token}.")[0] == "max_restores_per_session"
    assert reviewed(bot, session="s-2") is Verdict.PASSED
    assert reviewed(bot, "It is on its way.", session="s-3") is Verdict.PASSED
    assert exhausted(reviewed, bot, session="s-3") == ("sensitive_sends_per_hour", 2)


def test_a_call_that_is_made_again_counts_once(gate):
    bot = gate(sensitive_sends_per_hour=1)
    assert reviewed(bot, request_id="r-1") is Verdict.PASSED
    assert reviewed(bot, request_id="r-1") is Verdict.PASSED
    assert exhausted(reviewed, bot, request_id="r-2") == ("sensitive_sends_per_hour", 1)


def test_where_the_policy_says_so_a_draft_beyond_a_budget_is_held_also_as_a_stream(gate):
    bot = gate(sensitive_sends_per_hour=1, exhausted="hold")
    assert reviewed(bot) is Verdict.PASSED
    assert reviewed(bot) is Verdict.HELD

    call = ReviewCall(**NAMES, session_id="s-2", destination="customer", text="")
    course = bot.reviewing(call)
    progress = Progress().given("Write to help@shop.example.com, please.", ended=True)
    progress, released = bot.go_on(call, course, progress)
    answer = bot.concluded(call, course, progress, released)
    assert (released, answer.verdict, answer.text) == ("", Verdict.HELD, None)
    assert [ground.code for ground in answer.reasons] == ["BUDGET_EXHAUSTED"]


def test_too_many_blocked_drafts_in_a_row_hold_the_session(gate):
    bot = gate(max_blocked_in_a_row=2)
    bad = "use [EMAIL_ADDRESS_K7Q2M9]"
    answers = [reviewed(bot, text) for text in (bad, "fine", bad, bad, bad, "fine")]

    assert answers == ["BLOCKED", "PASSED", "BLOCKED", "BLOCKED", "HELD", "HELD"]
    assert reviewed(bot, "fine", session="s-2") is Verdict.PASSED


def test_or_suspend_the_agent(gate):
    bot = gate(max_blocked_in_a_row=2, when_blocked="suspend")
    bad = "use [EMAIL_ADDRESS_K7Q2M9]"
    assert [reviewed(bot, text) for text in (bad, "fine", bad)] == ["BLOCKED", "PASSED", "BLOCKED"]

    for text in (bad, "fine"):
        with pytest.raises(Failure) as caught:
            reviewed(bot, text, session="s-1")
        assert caught.value.reason is Reason.AGENT_NOT_ALLOWED
    assert Oversight(bot).agents()["bot"].suspension.by == "hushgate"


def spend(folder: Path, detector: Detector, number: int, passed) -> None:
    """One of many processes, each with a gate of its own on the one store."""
    vault = Vault(SqliteStore(folder / "sessions.db"), TenantKeys.of(b"k" * 32))
    gate = Gate(
        detector=detector,
        vault=vault,
        policies=Policies.only(read_policy(folder / "policy.yaml")),
        keys=Keys.derive(b"k" * 32),
    )
    for turn in range(EACH):
        try:
            reviewed(gate, session=f"s-{number % 7}-{turn}")
        except Failure as failure:
            if failure.reason is not Reason.BUDGET_EXHAUSTED:
                raise
        else:
            with passed.get_lock():
                passed.value += 1
    vault.close()


def test_64_callers_in_processes_of_their_own_never_exceed_a_budget_by_one(tmp_path, assembled):
    written(tmp_path, sensitive_sends_per_hour=LIMIT)
    detector = load_detector(Settings(names=NO_NAMES))
    SqliteStore(tmp_path / "sessions.db").close()
    context = multiprocessing.get_context("fork")  # so that the packs are read once
    passed = context.Value("i", 0)
    given = [(tmp_path, detector, number, passed) for number in range(CALLERS)]
    processes = [context.Process(target=spend, args=each) for each in given]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * CALLERS
    assert passed.value == LIMIT
