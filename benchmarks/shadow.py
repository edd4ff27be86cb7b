"""What a shadow costs: Review with a candidate beside the active policy, and without one.

    python benchmarks/shadow.py [--calls N]

Two gates in this process, patterns alone, with a session store in memory, answer the same draft in turn, in
an order that changes from call to call. Of the one with a shadow, the answer and what comes behind it (the
candidate is asked) are measured apart. Prints medians of processor time and their ratios.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import time
from dataclasses import replace
from pathlib import Path

from hushgate import assembly
from hushgate.calls import PrepareCall, Record, ReviewCall
from hushgate.candidate import Candidate
from hushgate.gate import Gate
from hushgate.policy.model import Policies
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.vault import Vault
from hushgate.settings import NO_NAMES, Settings
from hushgate.shadow.agreed import Run

NAMES = {"tenant": "acme", "session_id": "shadow", "agent_id": "", "intent": "refund_request"}
DRAFT = (
    "Hello Dana, thank you for waiting while I looked into this. Order A-2093148 left our warehouse on "
    "Tuesday and is on its way to you. You paid with the card that ends in 1111, and the courier will call "
    "212-555-0188 before the delivery. Is there anything else that I can help you with today, or shall we "
    "close it?"
)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=300, help="of each kind")
    given = parser.parse_args()
    settings = replace(Settings(), names=NO_NAMES)
    detector, keys = assembly.load_detector(settings), assembly.load_keys(settings)
    policy, *_ = assembly.load_policies(settings)
    demo = Path(assembly.__file__).parent / "demo" / "conversation.json"
    record = json.dumps(json.loads(demo.read_text(encoding="utf-8"))["record"])

    def gate() -> Gate:
        vault = Vault(MemoryStore(), TenantKeys.of(bytes(32)))
        made = Gate(detector=detector, vault=vault, policies=Policies.only(policy), keys=keys)
        made.prepare(PrepareCall(**NAMES, customer_id="c-1", records=(Record("crm", "c-1", record),)))
        return made

    alone, beside = gate(), gate()
    run = Run.of("r", policy, policy, recognizers=False, at=time.time(), by="benchmark")
    beside.shadow.start(run, Candidate.of(policy, detector, keys, max_text=settings.max_text))
    took: dict[str, list[float]] = {"without": [], "with": [], "behind": []}
    call = ReviewCall(**NAMES, destination="customer", text=DRAFT)
    for _ in range(given.calls):
        sides = [("without", alone), ("with", beside)]
        random.shuffle(sides)
        for name, side in sides:
            began = time.process_time()
            side.review(call)
            took[name].append(time.process_time() - began)
            began = time.process_time()
            side.shadow.ask_next()
            if name == "with":
                took["behind"].append(time.process_time() - began)
    tally = beside.shadow.report()[1]
    assert (tally.compared["Review"], tally.differences) == (given.calls, {})
    median = {name: 1000 * statistics.median(times) for name, times in took.items()}
    print(f"{platform.machine()}, Python {platform.python_version()}; CPU ms at p50, {given.calls} calls")
    print("   ".join(f"{n} {ms:.2f} ({ms / median['without']:.2f}x)" for n, ms in median.items()))


if __name__ == "__main__":
    main()
