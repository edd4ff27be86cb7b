"""What a review costs by what the session knows and by how long the draft is.

    python benchmarks/reviewing.py [--names none] [--rounds N]

Drafts are what an agent writes, without anything to hide; sessions know nothing, or so many values (e-mail
addresses, telephone, account and card numbers, IBANs) and notes. CPU time of Gate.review in this process,
taken in turns.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import time
from typing import TYPE_CHECKING

import disguises
import notes

from hushgate.calls import PrepareCall, Record, ReviewCall
from hushgate.server.assembly import assemble
from hushgate.settings import Settings

if TYPE_CHECKING:
    from hushgate.gate import Gate

NAMES = {"tenant": "acme", "agent_id": "", "intent": "general_question"}
TEXT = (
    "Thank you for your patience while I look into this for you. Your parcel has left our warehouse this"
    " morning and should be with you by Friday. If nobody is at home, the carrier leaves a card and comes"
    " again on the next day. You can also have it sent to a shop near you. Can I do anything else? "
)


def prepare(gate: Gate, session_id: str, values: int, with_notes: int) -> None:
    """A session that knows so much."""
    draw = random.Random(values)
    kinds = ("card", "account", "email", "phone", "iban")
    held = {f"{kinds[n % 5]}_{n}": disguises.MAKERS[kinds[n % 5]](draw).text for n in range(values)}
    written = [notes.copies(n, draw)[0] for n in range(with_notes)]
    record = Record("crm", "c-1", json.dumps({"customer": {"held": held}, "case": {"notes": written}}))
    gate.prepare(PrepareCall(**NAMES, session_id=session_id, customer_id="c-1", records=(record,)))


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--names", default="none")
    parser.add_argument("--rounds", type=int, default=300)
    asked = parser.parse_args()
    gate = assemble(Settings(names=asked.names)).gate
    sessions = {
        "nothing": (0, 0),
        "30 values, 2 notes": (30, 2),
        "300 values, 20 notes": (300, 20),
        "3,000 values": (3000, 20),
    }
    for name, (values, count) in sessions.items():
        prepare(gate, name, values, count)
    print(f"{platform.machine()}, Python {platform.python_version()}; names: {asked.names}; CPU ms at p50")
    print(f"{'draft':>7}" + "".join(f"{name:>22}" for name in sessions))
    for length in (100, 300, 1000, 3000, 10000):
        draft = (TEXT * (length // len(TEXT) + 1))[:length]
        taken: dict[str, list[float]] = {name: [] for name in sessions}
        for _ in range(max(10, asked.rounds * 300 // max(300, length))):
            for name in sessions:
                began = time.process_time()
                gate.review(ReviewCall(**NAMES, session_id=name, destination="customer", text=draft))
                taken[name].append(time.process_time() - began)
        middle = {name: statistics.median(times) * 1e3 for name, times in taken.items()}
        row = "".join(f"{ms:13.2f} ({ms / middle['nothing']:4.2f}x)" + " " for ms in middle.values())
        print(f"{length:7}{row}")


if __name__ == "__main__":
    main()
