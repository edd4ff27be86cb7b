"""A value of another conversation of the tenant is found in a draft, and no store tells which it is."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import CASES

from hushgate.calls import Code, Message, PrepareCall, Record, ReviewCall, Verdict
from hushgate.gate import Gate
from hushgate.outbound.review import Progress
from hushgate.oversight import Oversight
from hushgate.policy.model import Policies
from hushgate.policy.reader import read_policy
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.redis_store import RedisStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault

KEYS = TenantKeys.of(b"m" * 32)
CUSTOMER = {
    "first_name": "Tobias",
    "last_name": "Lindqvist",
    "email": "tobias.lindqvist@example.com",
    "phone": "+1 212-555-0188",
    "account_number": "55019287736",
    "loyalty": {"number": "QX-778812-K"},
    "address": "417 Juniper Hollow Road, Ashford",
    "date_of_birth": "1974-08-23",
    "city": "Ravenscourt",
}
ENTITIES = {
    "customer.first_name": "PERSON",
    "customer.last_name": "PERSON",
    "customer.phone": "PHONE_NUMBER",
    "customer.address": "STREET_ADDRESS",
    "customer.date_of_birth": "DATE_OF_BIRTH",
    "customer.city": "LOCATION",
}
GIVEN_OUT = [
    "Your parcel goes to Tobias Lindqvist.",
    "Your parcel goes to LINDQVIST, Tobias.",
    "I attached report_for_Tobias_Lindqvist.pdf for you.",
    "Write to tobias.lindqvist@example.com for that.",
    "Write to TOBIAS.LINDQVIST at example dot com for that.",
    "Call (212) 555-0188 in the evening.",
    "Call +1 212 555 0188 in the evening.",
    "It is 55019287736, as I said.",
    "It is 5501-9287-736, as I said.",
    "It is five five zero one nine two eight seven seven three six, as I said.",
    "It is 5\u200b5\u200b0\u200b1\u200b9\u200b2\u200b8\u200b7\u200b7\u200b3\u200b6, as I said.",
    "Your number with us is qx778812k.",
    "See https://example.com/pay?ref=QX-778812-K&x=1",
    f"See https://example.com/t/{base64.b64encode(b'account 55019287736 is open').decode()}",
    "We send it to 417 Juniper Hollow Road tomorrow.",
    "Your parcel goes to tobias lindqvist.",
    "Your parcel goes to Tobias Lindqvist's house.",
    "I attached TobiasLindqvist.pdf for you.",
    "His name is T o b i a s  L i n d q v i s t, I think.",
    "Write to tobias.lindqvist@example.com.pdf for that.",
    "We send it to 417 juniper hollow rd. tomorrow.",
    "We send it to Juniper Hollow Road 417 tomorrow.",
    "We send it to **417** **Juniper** **Hollow** **Road** tomorrow.",
    f"See https://example.com/t/{base64.b64encode(b'417 Juniper Hollow Road, Ashford').decode()}",
]
HARMLESS = [
    "Hello Tobias, thank you for your patience.",
    "Mr Lindqvist is a common name in Sweden.",
    "We have shops in Ravenscourt and in Ashford.",
    "Anybody born on 23 August 1974 gets a cake.",
    "We have 417 kettles on Juniper Street, and a hollow feeling.",
    "There are 12 shops in Hollow Road.",
    "Your order comes on 2026-11-21 and costs 55.01.",
]


def policy(folder, allow: list[str], **customer: object):
    """The cases' policy with what the record's fields hold, and more for the customer."""
    written = yaml.safe_load((CASES / "policy.yaml").read_text())
    written["tenants"] = ["acme", "bolt"]
    written["entities"] |= ENTITIES
    written["allow"] = allow
    written["destinations"]["customer"] |= customer
    path = folder / "policy.yaml"
    path.write_text(yaml.safe_dump(written))
    return read_policy(path)


@pytest.fixture
def on(assembled, tmp_path):
    """A gate on a store."""

    def made(store, clock=None, allow: list[str] | None = None, **customer: object) -> Gate:
        like = assembled.gate
        decided = policy(tmp_path, allow or [], **customer)
        vault = Vault(store, KEYS, clock=clock) if clock else Vault(store, KEYS)
        return Gate(detector=like._detector, vault=vault, policies=Policies.only(decided), keys=like._keys)

    return made


def prepare(gate: Gate, session: str, customer: str = "", said: str = "", **more) -> None:
    record = more.pop("record", None)
    role = more.pop("role", "user")
    gate.prepare(
        PrepareCall(
            tenant=more.pop("tenant", "acme"), session_id=session, agent_id="", intent="order_status",
            customer_id=customer, messages=(Message(role, said),) if said else (),
            records=(Record("crm", customer, json.dumps(record)),) if record else (),
        )
    )  # fmt: skip


def review(gate: Gate, session: str, text: str, **more):
    names = {"tenant": "acme", "agent_id": "", "intent": "order_status", "destination": "customer"} | more
    if names["destination"] == "tool":
        return gate.review(ReviewCall(session_id=session, arguments_json=text, **names))
    return gate.review(ReviewCall(session_id=session, text=text, **names))


def codes(answer) -> set[Code]:
    return {ground.code for ground in answer.reasons}


@pytest.fixture
def gate(on, store) -> Gate:
    made = on(store)
    prepare(made, "theirs", "c-2", record={"customer": CUSTOMER})
    prepare(made, "ours", "c-1", "Hello, where is it?")
    return made


def test_a_value_of_another_conversation_stops_the_draft_however_it_is_written(gate):
    for text in GIVEN_OUT:
        answer = review(gate, "ours", text)
        assert answer.verdict is Verdict.BLOCKED, text
        assert Code.OTHER_SESSION in codes(answer), text
        ground = next(g for g in answer.reasons if g.code is Code.OTHER_SESSION)
        assert "another conversation" in ground.detail
        assert text[ground.start : ground.end] in text


def test_a_stream_is_answered_as_the_whole(gate):
    call = ReviewCall("acme", "ours", "", "order_status", "customer", text="")
    for text in GIVEN_OUT:
        course, progress, before = gate.reviewing(call), Progress(), ""
        for chunk in (text[:9], text[9:17], text[17:]):
            progress, released = gate.go_on(call, course, progress.given(chunk))
            before += released
        progress, released = gate.go_on(call, course, progress.given("", ended=True))
        assert gate.concluded(call, course, progress, released).reasons == review(gate, "ours", text).reasons
        assert not before


def test_what_tells_too_little_and_what_many_share_is_not_looked_for(gate):
    for text in HARMLESS:
        assert Code.OTHER_SESSION not in codes(review(gate, "ours", text)), text


def test_it_is_found_in_the_arguments_of_a_tool(gate):
    arguments = json.dumps({"note": {"QX-778812-K": ["write to tobias.lindqvist@example.com"]}})

    answer = review(gate, "ours", arguments, destination="tool", tool="crm")

    assert codes(answer) == {Code.OTHER_SESSION}
    assert {ground.path for ground in answer.reasons} == {"note.QX-778812-K", "note.QX-778812-K[0]"}


def test_the_conversation_that_holds_it_is_not_another(gate):
    for text in GIVEN_OUT:
        assert Code.OTHER_SESSION not in codes(review(gate, "theirs", text)), text


def test_another_conversation_of_the_same_customer_is_not_anothers(gate):
    prepare(gate, "again", "c-2", "It is me.")

    for text in GIVEN_OUT:
        assert Code.OTHER_SESSION not in codes(review(gate, "again", text)), text
        assert Code.OTHER_SESSION in codes(review(gate, "again", text, recipient_id="c-3")), text


def test_another_tenant_never_matches(gate):
    prepare(gate, "ours", "c-1", "Hello, where is it?", tenant="bolt")

    for text in GIVEN_OUT:
        assert Code.OTHER_SESSION not in codes(review(gate, "ours", text, tenant="bolt")), text


@pytest.mark.parametrize("role", ["user", "system", "tool"])
def test_what_stood_in_this_conversation_is_its_own(gate, role):
    prepare(gate, "ours", "c-1", "tobias lindqvist, QX-778812-K, +1 212 555 0188", role=role)

    for text in (GIVEN_OUT[0], GIVEN_OUT[5], GIVEN_OUT[11]):
        assert Code.OTHER_SESSION not in codes(review(gate, "ours", text)), text


def test_what_only_the_model_has_said_is_not(gate):
    prepare(gate, "ours", "c-1", "Thank you, QX-778812-K.", role="assistant")

    assert codes(review(gate, "ours", GIVEN_OUT[11])) == {Code.OTHER_SESSION}


def test_what_a_customer_says_of_others_is_no_ones_but_a_number_of_theirs_is(on, store):
    gate = on(store)
    prepare(gate, "theirs", "c-2", "I spoke to Tobias Lindqvist, 212-555-0188. My account is 55019287736.")

    assert review(gate, "ours", "Call Tobias Lindqvist on 212-555-0188.").verdict is Verdict.PASSED
    assert Code.OTHER_SESSION in codes(review(gate, "ours", "It is 55019287736, as I said."))


def test_a_value_that_many_hold_is_nobodys(on, store):
    gate = on(store)
    for number in range(3):
        prepare(gate, f"s-{number}", f"c-{number}", record={"customer": {"email": "desk.nine@example.com"}})
        assert codes(review(gate, "ours", "Write to desk.nine@example.com.")) == {Code.OTHER_SESSION}

    prepare(gate, "s-3", "c-3", record={"customer": {"email": "desk.nine@example.com"}})
    assert not review(gate, "ours", "Write to desk.nine@example.com.").reasons
    for number in range(3):
        gate.end_session("acme", f"s-{number}")

    assert not review(gate, "ours", "Write to desk.nine@example.com.").reasons


@pytest.mark.parametrize("email", ["support@example.com", "No-Reply@example.com"])
def test_a_companys_own_addresses_are_nobodys(on, store, email):
    gate = on(store)
    prepare(gate, "theirs", "c-2", record={"customer": {"email": email, "phone": "1-800-555-0188"}})

    assert not review(gate, "ours", f"Write to {email} or call 800 555 0188.").reasons


def test_nothing_matches_after_the_end_of_the_session_of_its_time_or_of_the_person(on, store):
    now = [1_900_000_000.0]
    gate = on(store, clock=lambda: now[0])
    text = GIVEN_OUT[7]
    for forget in (
        lambda: gate.end_session("acme", "theirs"),
        lambda: Oversight(gate).erase("acme", "c-2"),
        lambda: now.__setitem__(0, now[0] + 24 * 3600 + 1),
    ):
        prepare(gate, "theirs", "c-2", record={"customer": CUSTOMER})
        assert Code.OTHER_SESSION in codes(review(gate, "ours", text))

        forget()

        assert Code.OTHER_SESSION not in codes(review(gate, "ours", text))


def test_two_conversations_of_one_person_are_forgotten_one_by_one(on, store):
    gate = on(store)
    for session in ("one", "two"):
        prepare(gate, session, "c-2", record={"customer": CUSTOMER})
    gate.end_session("acme", "one")
    assert Code.OTHER_SESSION in codes(review(gate, "ours", GIVEN_OUT[7]))

    gate.end_session("acme", "two")

    assert Code.OTHER_SESSION not in codes(review(gate, "ours", GIVEN_OUT[7]))


@pytest.mark.parametrize(
    ("action", "verdict", "content"),
    [
        ("hold", Verdict.HELD, None),
        ("redact", Verdict.REDACTED, "Your number is [FIELD_VALUE]."),
        ("keep", Verdict.PASSED, "Your number is QX-778812-K."),
    ],
)
def test_the_policy_says_what_becomes_of_it(on, action, verdict, content):
    gate = on(MemoryStore(), other_sessions=action)
    prepare(gate, "theirs", "c-2", record={"customer": CUSTOMER})

    answer = review(gate, "ours", "Your number is QX-778812-K.")

    assert (answer.verdict, answer.text) == (verdict, content)


def test_what_the_policy_allows_is_no_ones(on):
    gate = on(MemoryStore(), allow=["qx-778812-k"])
    prepare(gate, "theirs", "c-2", record={"customer": CUSTOMER})

    assert review(gate, "ours", "Your number is QX-778812-K.").verdict is Verdict.PASSED


@given(digits=st.from_regex(r"\A[1-9][0-9]{9}\Z"), text=st.sampled_from(["{}", "a {}, b", "x\n{}"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_one_session_holds_stops_all_others_and_no_store_holds_it(on, digits, text):
    store = MemoryStore()
    gate = on(store)
    prepare(gate, "theirs", "c-2", record={"customer": {"loyalty": {"number": f"L{digits}"}}})
    [held] = [h for each in store._sessions.values() for h in each.holdings]

    assert codes(review(gate, "ours", text.format(f"L{digits}"))) >= {Code.OTHER_SESSION}
    assert digits.encode() not in held.value + held.holder
    assert (len(held.value), len(held.holder)) == (16, 32)


def test_the_file_holds_no_value_nobodys_name_and_after_the_end_no_trace_of_either(on, tmp_path):
    store = SqliteStore(tmp_path / "sessions.db")
    gate = on(store)
    prepare(gate, "theirs", "c-2", record={"customer": CUSTOMER})
    rows = list(store._db.execute("SELECT value, holder FROM holding"))
    held = b"".join(path.read_bytes() for path in tmp_path.glob("sessions.db*"))

    gate.end_session("acme", "theirs")

    assert rows
    left = b"".join(path.read_bytes() for path in tmp_path.glob("sessions.db*"))
    for value in ("55019287736", "778812", "indqvist", "5550188", "c-2"):
        assert value.encode() not in held
    assert not any(value in left or holder in left for value, holder in rows)
    store.close()


def test_redis_holds_no_value_and_after_the_end_no_trace(on, redis_store):
    gate = on(redis_store)
    prepare(gate, "theirs", "c-2", record={"customer": CUSTOMER})
    client = redis_store._redis
    held = client.keys("hushgate:value:*")

    gate.end_session("acme", "theirs")

    assert held
    assert client.keys("hushgate:value:*") == []


WRITER = """
import sys
from pathlib import Path
from hushgate.sessions.facts import Known
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.redis_store import RedisStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
url, own = sys.argv[1:]
store = SqliteStore(Path(url)) if url.startswith("/") else RedisStore(url)
vault = Vault(store, TenantKeys.of(b"m" * 32))
print("ready", flush=True)
sys.stdin.readline()
for number in range(30):
    session = vault.open("acme", f"{own}-{number}")
    session.learn(Known(f"9{number:010d}", "ACCOUNT_ID", "account", subject=f"c-{own}"))
    session.learn(Known(f"8{own}{number:010d}", "ACCOUNT_ID", "account", subject=f"c-{own}"))
    assert vault.save("acme", f"{own}-{number}")
"""


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_of_many_writers_at_once_each_counts_once(kind, tmp_path, request):
    if kind == "redis":
        request.getfixturevalue("redis_store")
        url = request.getfixturevalue("redis_server").url
    else:
        url = str(tmp_path / "sessions.db")
    command = [sys.executable, "-c", WRITER, url]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    writers = [subprocess.Popen([*command, str(own)], **streams) for own in range(4)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=60) and writer.returncode for writer in writers] == [0] * 4

    store = RedisStore(url) if kind == "redis" else SqliteStore(tmp_path / "sessions.db")
    session = Vault(store, KEYS).open("acme", "reader")
    four = {f"9{number:010d}" for number in range(30)}
    alone = {f"8{own}{number:010d}" for own in range(4) for number in range(30)}
    found = set(session.of_others(four | alone, "c-9"))
    own = set(session.of_others(alone, "c-1"))
    store.close()

    assert found == alone
    assert own == {key for key in alone if not key.startswith("81")}


def test_a_name_whose_parts_stood_in_this_conversation_is_its_own(gate):
    prepare(gate, "ours", "c-1", '{"first_name": "Tobias", "last_name": "Lindqvist"}', role="tool")

    assert not review(gate, "ours", GIVEN_OUT[0]).reasons
