"""Values of one conversation in another's drafts: how many are found, how often wrongly, and what it costs.

    python benchmarks/other_sessions.py [--data DIR] [--seed N]

Leaks: the drafts of attacks.py that give a stranger's values away, in a session of the same tenant that knows
none of them, beside the session that does. What is caught is known by keyed hashes, or hidden from anybody.

With --data, harmless: 354 conversations hold each a customer's whole record (``tau_crm_triples.jsonl``).
Beside them the agents' messages of 126 whole conversations (``tau_transcripts.jsonl``) are reviewed as they
come, what the customer and the tools have said before them prepared; nobody says who the customer is.

Cost: CPU time of Vault.save for 30 and 300 new values, with the hashes and without, on each store in turns.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import attacks

from hushgate.calls import Code, Message, PrepareCall, Record, ReviewCall, Verdict
from hushgate.server.assembly import assemble
from hushgate.sessions.facts import Known
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.redis_store import RedisStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
from hushgate.settings import Settings

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.redis_server import program, running

if TYPE_CHECKING:
    from hushgate.sessions.store import Store

NAMES = {"tenant": "acme", "agent_id": "", "intent": "anything"}
_TURN = re.compile(r"(?ms)^(customer|agent|tool): (.*?)\n?(?=^(?:customer|agent|tool): |\Z)")


def leaks(draw: random.Random) -> None:
    """By kind of attack, the share that is caught where another session knows the value."""
    gate = assemble(Settings(names="none")).gate
    people = attacks.values(draw)
    attacks.prepare(gate, "knows", {"c-2": people["c-2"]}, "c-2")
    attacks.prepare(gate, "attacks", {}, "c-3")
    caught = attacks.ours(gate, {})
    tally: dict[str, list[bool]] = defaultdict(list)
    drafts = [
        *attacks.single(draw, people, 3, 1),
        *attacks.of_words(draw, people, 3),
        *attacks.carried(people, 1),
    ]
    for number, attack in enumerate(drafts):
        kind = attack.kind if attack.kind != "words rewritten" else f"{attack.kind}, {attack.field}"
        tally[kind].append(caught(attack, number))
    for kind, answers in tally.items():
        print(f"{kind:26}{len(answers):7}{sum(answers) / len(answers):9.1%}")


def harmless(data: Path) -> None:
    """How many messages are stopped for a value of another session, in sessions side by side."""
    rows = _rows(data / "tau_crm_triples.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        gate = assemble(Settings(names="none", policies=(attacks.open_policy(Path(folder)),))).gate
    for number, row in enumerate(rows):
        who = row["crm_record"].get("user_id", f"c-{number}")
        record = Record("crm", who, json.dumps(row["crm_record"]))
        gate.prepare(PrepareCall(**NAMES, session_id=f"record-{number}", customer_id=who, records=(record,)))
    reviewed = foreign = blocked = 0
    for number, row in enumerate(_rows(data / "tau_transcripts.jsonl")):
        names = {**NAMES, "session_id": f"talk-{number}"}
        for role, text in _TURN.findall(row["text"]):
            if role != "agent":
                gate.prepare(PrepareCall(**names, messages=(Message(role, text),)))
                continue
            answer = gate.review(ReviewCall(**names, destination="customer", text=text))
            reviewed += 1
            blocked += answer.verdict is Verdict.BLOCKED
            foreign += any(ground.code is Code.OTHER_SESSION for ground in answer.reasons)
    print(f"{reviewed} messages beside {len(rows)} records: {blocked} blocked, {foreign} for others' values")


def _rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class _Without(Vault):
    """A vault that adds no hashes."""

    def _holdings(self, *_: object) -> list:
        return []


def cost(folder: Path) -> None:
    """CPU time of one save in this process, and the time it took, at p50."""
    keys = TenantKeys.of(b"k" * 32)
    with ExitStack() as stack:
        made: dict[str, Store] = {"memory": MemoryStore(), "SQLite": SqliteStore(folder / "cost.db")}
        if program():
            made["Redis"] = RedisStore(stack.enter_context(running()).url)
        for count in (3, 30, 300):
            took: dict[tuple[str, bool], list[tuple[float, float]]] = defaultdict(list)
            for number in range(60):
                for name, store in made.items():
                    for vault in (Vault(store, keys), _Without(store, keys)):
                        place = ("acme", f"{count}-{number}-{type(vault).__name__}")
                        session = vault.open(*place)
                        for n in range(count):
                            session.learn(
                                Known(f"{number:06}{n:06}", "ACCOUNT_ID", f"a{n}", subject=f"c-{number}")
                            )
                        began, at = time.process_time(), time.perf_counter()
                        vault.save(*place)
                        spent = time.process_time() - began, time.perf_counter() - at
                        took[name, type(vault) is Vault].append(spent)
            for name in made:
                (cpu, wall), (cpu_without, wall_without) = (
                    [statistics.median(each) * 1e3 for each in zip(*took[name, way], strict=True)]
                    for way in (True, False)
                )
                print(
                    f"save {count:4} values, {name:7} {cpu_without:6.2f} ms of CPU, with hashes {cpu:6.2f}"
                    f" ({wall_without:6.2f} ms, with hashes {wall:6.2f})"
                )


def main() -> None:
    """See the module's docstring."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}; names: none; seed {asked.seed}")
    leaks(random.Random(asked.seed))
    if asked.data is None:
        print("no --data: no agents' messages to pass")
    else:
        harmless(asked.data)
    with tempfile.TemporaryDirectory() as folder:
        cost(Path(folder))


if __name__ == "__main__":
    main()
