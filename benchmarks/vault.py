"""What sessions cost at rest, and what of them survives.

    python benchmarks/vault.py [stores] [growth] [crowd] [killed] [replicas]

Without arguments, all five. stores: Prepare and Review on SQLite and Redis beside memory, call by call in
one run. growth: the last turns of a session of 500 turns and 300 values beside its first. crowd: Prepare
beside 100,000 sessions and beside none. killed: 50 writers killed with SIGKILL at a random write of 10,000.
replicas: two servers on one Redis, 64 sessions interleaved, Redis stopped and started in the middle. What
needs Redis is left out, and says so, where there is no redis-server.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.assembly import load_detector, load_policies
from hushgate.calls import Message, PrepareCall, Record, ReviewCall
from hushgate.client import Client, Unavailable
from hushgate.gate import Gate
from hushgate.policy.model import Policies
from hushgate.sessions.facts import Known
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.redis_store import RedisStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
from hushgate.settings import NO_NAMES, Settings
from hushgate.transformation.joinable import Keys

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tests.redis_server import program, running  # noqa: E402 - the tests' own Redis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hushgate.sessions.store import Store

KEYS = TenantKeys.of(b"a key for a benchmark".ljust(32))
SETTINGS = Settings(names=NO_NAMES)
DETECTOR = load_detector(SETTINGS)
POLICY = load_policies(SETTINGS)[0]
RECORD = (
    '{"order": {"id": "A-2093148", "status": "shipped"}, "customer": {"first_name": "Dana", "last_name": '
    '"Whitfield", "email": "dana.whitfield@example.com", "account_number": "88213409118"}, '
    '"case": {"internal_notes": ["Second broken item this year, we suspect friendly fraud here."]}}'
)


def gate_on(store: Store) -> Gate:
    """A gate with patterns alone."""
    return Gate(
        detector=DETECTOR,
        vault=Vault(store, KEYS),
        policies=Policies.only(POLICY),
        keys=Keys.derive(KEYS.ring.key),
    )


def prepare_call(session: str, text: str, *, record: bool = True) -> PrepareCall:
    """One turn of the customer's."""
    records = (Record("crm", "c-1", RECORD),) if record else ()
    return PrepareCall(
        "acme",
        session,
        "",
        "order_status",
        messages=(Message("user", text),),
        records=records,
        customer_id="c-1",
    )


def review_call(session: str, text: str) -> ReviewCall:
    """One answer to the customer."""
    return ReviewCall("acme", session, "", "order_status", "customer", text=text)


def conversation(gate: Gate, session: str) -> Iterator[tuple[float, float]]:
    """Five turns: of a Prepare and its Review the seconds, and the seconds of CPU in this process."""
    for turn in range(5):
        text = f"Hi, my order A-20931{turn} is late, you can reach me on 212-555-01{turn:02d} in the evening."
        at, cpu = time.perf_counter(), time.process_time()
        told = gate.prepare(prepare_call(session, text, record=turn == 0))
        draft = f"Thank you, we will call you back: {told.messages[0].text[-60:]}"
        gate.review(review_call(session, draft))
        yield time.perf_counter() - at, time.process_time() - cpu


def percentile(values: list[float], share: float) -> float:
    """Of values in any order."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def stores(folder: Path) -> None:
    """Prepare and Review on each store, in turns."""
    with ExitStack() as stack:
        made: dict[str, Store] = {"memory": MemoryStore(), "SQLite": SqliteStore(folder / "stores.db")}
        if program():
            made["Redis"] = RedisStore(stack.enter_context(running()).url)
        gates = {name: gate_on(store) for name, store in made.items()}
        took: dict[str, list[tuple[float, float]]] = {name: [] for name in made}
        names = list(made)
        for number in range(300):
            for name in names[number % len(names) :] + names[: number % len(names)]:
                took[name] += conversation(gates[name], f"s-{number}")
    for unit, at in (("ms", 0), ("ms of CPU", 1)):
        medians = {name: statistics.median(turn[at] for turn in turns) * 1000 for name, turns in took.items()}
        cells = [f"{name} {each:.2f} ({each / medians['memory']:.2f}x)" for name, each in medians.items()]
        print(f"stores: Prepare + Review at p50, {unit}: {', '.join(cells)}")


def growth(folder: Path) -> None:
    """CPU of the turns of one session: 500 turns, 300 values, a new one in three turns of five."""
    gate = gate_on(SqliteStore(folder / "growth.db"))
    turns, ratios = 500, []
    for run in range(3):
        took = []
        for turn in range(turns):
            value = f"{(turn * 3 + 4) // 5:03d}"
            text = f"Please look at account number 8821{value}09118 again, the amount was wrong last month."
            at = time.process_time()
            told = gate.prepare(prepare_call(f"s-{run}", text, record=turn == 0))
            gate.review(review_call(f"s-{run}", f"We have looked: {told.messages[0].text}"))
            took.append(time.process_time() - at)
        # The first turn has the record; all others are alike.
        first, last = statistics.mean(took[1:51]), statistics.mean(took[-50:])
        ratios.append(last / first)
        print(
            f"growth: turns 2 to 51 {first * 1000:.2f} ms of CPU, the last 50 {last * 1000:.2f} ms: "
            f"{last / first:.2f}x"
        )
    print(f"growth: at the median of {len(ratios)} sessions {statistics.median(ratios):.2f}x")


def crowd(folder: Path, sessions: int = 100_000) -> None:
    """Prepare of new sessions beside many and beside none, in turns."""
    full, empty = SqliteStore(folder / "full.db"), SqliteStore(folder / "empty.db")
    vault = Vault(full, KEYS)
    began = time.perf_counter()
    for number in range(sessions):
        vault.open("acme", f"old-{number}").learn(
            Known(f"{number:011d}", "ACCOUNT_ID", subject=f"c-{number}")
        )
        vault.save("acme", f"old-{number}")
    size = sum(path.stat().st_size for path in folder.glob("full.db*")) / 1e6
    print(f"crowd: {sessions:,} sessions stored in {time.perf_counter() - began:.0f} s, {size:.0f} MB")
    gates = {"full": gate_on(full), "empty": gate_on(empty)}
    took: dict[str, list[float]] = {name: [] for name in gates}
    for number in range(3000):
        for name in ("full", "empty") if number % 2 else ("empty", "full"):
            call = prepare_call(f"s-{number}", "Where is my order? Call me on 212-555-0188.")
            at = time.perf_counter()
            gates[name].prepare(call)
            took[name].append(time.perf_counter() - at)
    for share in (0.5, 0.99):
        one, two = (percentile(took[name], share) * 1000 for name in ("full", "empty"))
        print(
            f"crowd: Prepare at p{share * 100:.0f} {one:.2f} ms, beside none {two:.2f} ms: {one / two:.2f}x"
        )


WRITER = """
import sys
from pathlib import Path
from hushgate.sessions.facts import Known
from hushgate.policy.model import Policies
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
vault = Vault(SqliteStore(Path(sys.argv[1])), TenantKeys.of(b"a key for a benchmark".ljust(32)))
for number in range(10_000):
    session = f"{sys.argv[2]}-{number % 10}"
    token = vault.open("acme", session).pseudonym(Known(f"{number:08d}", "ACCOUNT_ID"))
    assert vault.save("acme", session)
    sys.stdout.write(token + "\\n")
    sys.stdout.flush()
"""


def killed(folder: Path, times: int = 50) -> None:
    """Tokens that were acknowledged before the writer was killed, and what they stand for after."""
    path, draw = folder / "killed.db", random.Random(5)
    acknowledged = lost = wrong = 0
    for run in range(times):
        stop = draw.randrange(1, 10_000)
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(run)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            said = []
            for line in writer.stdout:
                said.append(line)
                if len(said) == stop:
                    os.kill(writer.pid, signal.SIGKILL)
        tokens = [line.strip() for line in said if line.endswith("\n")]
        store = SqliteStore(path)
        vault = Vault(store, KEYS)
        kept = [vault.open("acme", f"{run}-{n}") for n in range(10)]
        for number, token in enumerate(tokens):
            now = kept[number % 10].token_of("ACCOUNT_ID", f"{number:08d}")
            acknowledged += 1
            lost += now is None
            wrong += now is not None and now != token
        store.close()
    print(f"killed: {times} times, {acknowledged:,} tokens acknowledged, {lost} lost, {wrong} wrong")


def replicas(folder: Path) -> None:
    """Two servers, one Redis, 64 sessions: do all answers of a session agree, and what fails meanwhile."""
    if not program():
        print("replicas: left out, there is no redis-server here")
        return
    (folder / "key").write_bytes(b"k" * 32)
    with ExitStack() as stack:
        redis = stack.enter_context(running())
        clients = [stack.enter_context(Client(served(stack, redis.url, folder / "key"))) for _ in range(2)]
        tokens: dict[str, set[str]] = {}
        counts = dict.fromkeys(("answered", "refused", "unprocessed", "blocked"), 0)
        away, numbers, lock = threading.Event(), count(), threading.Lock()
        late: list[float] = []
        until = time.monotonic() + 24

        def work() -> None:
            while time.monotonic() < until:
                with lock:
                    number = next(numbers)
                session, client = f"s-{number % 64}", clients[number // 64 % 2]
                names = {"tenant": "acme", "session_id": session, "intent": "order_status"}
                try:
                    told = client.within(5).prepare(**names, messages=[("user", "call me on 212-555-0188")])
                    back = client.within(5).review(
                        **names, destination="human_agent", text=told.messages[0].text
                    )
                except Unavailable as refused:
                    with lock:
                        counts["refused"] += 1
                        counts["unprocessed"] += refused.reason not in {"STORE_UNAVAILABLE", ""}
                        if not away.is_set():
                            late.append(time.monotonic())
                    continue
                with lock:
                    counts["answered"] += 1
                    counts["unprocessed"] += "555-0188" in told.messages[0].text
                    counts["blocked"] += back.verdict == 3
                    tokens.setdefault(session, set()).add(told.messages[0].text)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(8)
        away.set()
        redis.stop()
        time.sleep(4)
        redis.start()
        time.sleep(1)
        away.clear()
        for thread in threads:
            thread.join()
    apart = sum(len(each) != 1 for each in tokens.values())
    print(
        f"replicas: {counts['answered']:,} turns of {len(tokens)} sessions answered, {apart} sessions with "
        f"two tokens for a value, {counts['unprocessed']} answers unprocessed, {counts['blocked']} blocked; "
        f"{counts['refused']:,} refused while Redis was away, {len(late)} more than 1 s after it was back"
    )


def served(stack: ExitStack, url: str, key: Path) -> str:
    """A server of its own process; its address."""
    command = [sys.executable, "-m", "hushgate", "serve", "--listen", "127.0.0.1:0", "--no-names"]
    process = subprocess.Popen(
        [*command, "--store", url, "--key-file", str(key)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    assert process.stdout is not None
    return process.stdout.readline().partition("serving on ")[2].split()[0]


def main() -> None:
    """Measures and prints."""
    parts: dict[str, Callable[[Path], None]] = {
        each.__name__: each for each in (stores, growth, crowd, killed, replicas)
    }
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("part", nargs="*", choices=[*parts, []], help="what to measure; all if not given")
    given = options.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    for name in given.part or parts:
        with tempfile.TemporaryDirectory(prefix="vault-") as folder:
            parts[name](Path(folder))


if __name__ == "__main__":
    main()
