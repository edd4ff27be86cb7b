"""What profiles and risk signals cost: Prepare and Review under the shipped policy, without and with them.

    python benchmarks/stricter.py [--calls N]

One gate in this process for each, patterns alone, with a session store in memory. Each answers the same
call in turn, in an order that changes from call to call; a Prepare has one record of 36 fields and begins a
session. Prints medians of processor time and their ratios.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate import assembly
from hushgate.calls import Message, PrepareCall, Record, ReviewCall
from hushgate.gate import Gate
from hushgate.policy.model import Policies
from hushgate.policy.reader import read_policy
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.vault import Vault
from hushgate.settings import NO_NAMES, Settings, shipped

if TYPE_CHECKING:
    from collections.abc import Callable

PROFILES = ("gdpr", "ccpa", "hipaa", "pci_dss")
SIGNALS = ("new_device", "unusual_channel", "email_changed")
NAMES = {"tenant": "acme", "agent_id": "", "intent": "refund_request"}
DRAFT = (
    "Hello Dana, thank you for waiting while I looked into this. Order A-2093148 left our warehouse on "
    "Tuesday and is on its way to you. You paid with the card that ends in 1111, and the courier will call "
    "212-555-0188 before the delivery. Is there anything else that I can help you with today, or shall we "
    "close it?"
)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=300, help="of each kind, under each policy")
    given = parser.parse_args()
    conversation = json.loads(
        (Path(assembly.__file__).parent / "demo" / "conversation.json").read_text(encoding="utf-8")
    )
    record = json.dumps(conversation["record"])
    settings = replace(Settings(), names=NO_NAMES)
    detector, keys = assembly.load_detector(settings), assembly.load_keys(settings)
    text = (shipped("policies") / "contact-centre.yaml").read_text(encoding="utf-8")

    def gate(profiles: tuple[str, ...]) -> Gate:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "policy.yaml"
            file.write_text(f"profiles: {json.dumps(profiles)}\n{text}", encoding="utf-8")
            policy = read_policy(file)
        vault = Vault(MemoryStore(), TenantKeys.of(bytes(32)))
        return Gate(detector=detector, vault=vault, policies=Policies.only(policy), keys=keys)

    def prepare(gate: Gate, session: str, signals: tuple[str, ...]) -> None:
        said = (Message("user", "Hi, Dana here, where is order A-2093148? My number is 212-555-0188."),)
        call = PrepareCall(
            **NAMES, session_id=session, customer_id="c-1", messages=said,
            records=(Record("crm", "c-1", record),), risk_signals=signals,
        )  # fmt: skip
        gate.prepare(call)

    ways = {
        "neither": (gate(()), ()),
        "4 profiles": (gate(PROFILES), ()),
        "4 profiles, 3 signals": (gate(PROFILES), SIGNALS),
    }
    for side, signals in ways.values():
        prepare(side, "review", signals)
    calls: dict[str, dict[str, Callable[[int], object]]] = {
        "Prepare": {
            name: lambda number, side=side, signals=signals: prepare(side, f"s-{number}", signals)
            for name, (side, signals) in ways.items()
        },
        "Review": {
            name: lambda _, side=side: side.review(
                ReviewCall(**NAMES, session_id="review", destination="customer", text=DRAFT)
            )
            for name, (side, _) in ways.items()
        },
    }
    print(
        f"{platform.machine()}, Python {platform.python_version()}; CPU ms at p50, {given.calls} calls each"
    )
    for rpc, each in calls.items():
        took: dict[str, list[float]] = {name: [] for name in each}
        for number in range(given.calls):
            for name in random.sample(list(each), len(each)):
                began = time.process_time()
                each[name](number)
                took[name].append(time.process_time() - began)
        medians = {name: 1000 * statistics.median(those) for name, those in took.items()}
        said = [f"{name} {ms:.2f} ({ms / medians['neither']:.2f}x)" for name, ms in medians.items()]
        print(f"{rpc:8} {'   '.join(said)}")


if __name__ == "__main__":
    main()
