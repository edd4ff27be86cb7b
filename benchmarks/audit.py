"""What the audit log costs and finds: entries written, edits found, verified, indexed and searched.

    python benchmarks/audit.py [--entries 1000000] [--edits 10000] [--reviews 300]

A million entries are a log of a gigabyte, in a temporary directory; 0 leaves a part out. Times are processor
time; of the searches also what somebody waits. Reviews with the log and without it take turns in
one run.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from hushgate.audit.entry import Entry
from hushgate.audit.index import Index, Question
from hushgate.audit.log import Audit
from hushgate.audit.signing import KEY_FILE
from hushgate.audit.trail import Trail
from hushgate.audit.verify import verify
from hushgate.audit.writer import Terms, Writer
from hushgate.calls import ReviewCall
from hushgate.server.assembly import assemble
from hushgate.settings import NO_NAMES, Settings

QUESTIONS = (
    {},
    {"tenant": "acme", "intent": "refund_request", "verdict": "BLOCKED"},
    {"reasons": "SECRET"},
    {"entities": "US_SSN"},
    {"session": f"{77:016x}"},
    {"agent": "nobody"},
)
FIELDS = {
    "drop": {f"customer.{name}": 1 for name in (
        "ssn", "email", "phone", "birth_date", "loyalty.number", "account_number", "address.street",
        "address.city", "notes", "risk_score",
    )} | {f"order.items[*].{name}": 3 for name in ("supplier_cost", "margin", "warehouse")}
    | {"case.internal_notes[*]": 2},
    "keep": {"customer.first_name": 1, "order.id": 1, "order.status": 1, "order.items[*].name": 3},
    "last4": {"payment.card": 1},
    "generalize": {"shipping.address.postcode": 1, "shipping.address.street": 1},
}  # fmt: skip
"""Of a record as a contact centre's CRM has it."""
ENTRY_BYTES = 1500
"""Of disk, at the most, with its row in the index."""
DRAFT = (
    "Hello, thank you for your patience. Your order A-2093148 has been shipped and will be with you in two "
    "to three days. If you do not receive it by then, write to us at help@example.com or call "
    "212-555-0188, and we shall look into it at once. We are sorry for the delay and wish you a very good "
    "day. Kind regards, the team."
)[:300]


def written(folder: Path, count: int) -> float:
    """Microseconds an entry."""
    dice = random.Random(7)
    writer = Writer.open(folder, folder / KEY_FILE, Terms())
    began = time.process_time()
    for number in range(count):
        writer.record(
            Entry(
                rpc=dice.choice(("Prepare", "Review")),
                decision_id=f"{dice.getrandbits(128):032x}",
                actor="refund-bot@prod",
                tenant=dice.choice(("acme", "globex")),
                session=f"{dice.randrange(count // 8 + 1):016x}",
                agent="refund-bot",
                intent=dice.choice(("order_status", "refund_request")),
                destination="customer",
                policy_version="2026-11-21.1",
                policy_digest="a" * 64,
                verdict=dice.choice(["PASSED"] * 20 + ["BLOCKED"]),
                reasons={"SECRET": 1} if number % 5000 == 0 else {},
                entities={"PERSON": {"pseudonymize": 2}, "EMAIL_ADDRESS": {"mask": 1}},
                fields=FIELDS,
                microseconds=dice.randrange(3000),
            )
        )
    took = time.process_time() - began
    writer.close()
    return took / count * 1e6


def edits(count: int) -> int:
    """How many of so many edits of one random byte are found, in a log of several files."""
    dice, found = random.Random(11), 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        writer = Writer.open(folder, folder / KEY_FILE, Terms(file_bytes=4000, checkpoint_entries=10))
        for number in range(25):
            writer.record(Entry(rpc="Review", decision_id=f"{number:032x}", verdict="PASSED"))
        writer.close()
        files = [path for path in folder.iterdir() if path.suffix not in {".lock", ".key"}]
        for _ in range(count):
            path = dice.choice(files)
            before = path.read_bytes()
            changed = bytearray(before)
            changed[dice.randrange(len(before))] ^= dice.randrange(1, 256)
            path.write_bytes(changed)
            found += not verify(folder).intact
            path.write_bytes(before)
    return found


def reviews(count: int) -> tuple[float, float]:
    """Microseconds of a review without the log and with it, each the median."""
    assembled = assemble(Settings(names=NO_NAMES))
    times: tuple[list[float], list[float]] = ([], [])
    with tempfile.TemporaryDirectory() as place:
        log = Audit(Writer.open(Path(place), Path(place) / KEY_FILE, Terms()))
        trails = [Trail(audit, assembled.vault) for audit in (Audit(), log)]
        for number in range(2 * count + 20):
            assembled.gate.trail = trails[number % 2]
            draft = f"{DRAFT[:-6]}{number:06}"
            call = ReviewCall("acme", "s-1", "", "order_status", "customer", text=draft)
            began = time.process_time()
            assembled.gate.review(call)
            times[number % 2].append(time.process_time() - began)
        log.close()
    assembled.close()
    without, on = (statistics.median(each[10:]) * 1e6 for each in times)
    return without, on


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--reviews", type=int, default=300)
    asked = parser.parse_args()
    if asked.entries * ENTRY_BYTES > shutil.disk_usage(tempfile.gettempdir()).free:
        sys.exit(f"{asked.entries} entries need {asked.entries * ENTRY_BYTES / 1e9:.1f} GB in TMPDIR")
    if asked.reviews:
        without, on = reviews(asked.reviews)
        print(
            f"review of 300 characters: {without:.0f} µs without, {on:.0f} µs with: {on / without:.3f}x",
            flush=True,
        )
    if asked.edits:
        print(f"edits of one byte: {edits(asked.edits)} of {asked.edits} found", flush=True)
    if asked.entries:
        searches(asked.entries)


def searches(count: int) -> None:
    """Print what it takes to write, verify, index and search so many entries."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        print(f"written: {written(folder, count):.1f} µs an entry", flush=True)
        began = time.process_time()
        report = verify(folder)
        took = time.process_time() - began
        size = report.size / 1e6
        print(f"verified: {size:.0f} MB, {size / took:.0f} MB/s, intact {report.intact}", flush=True)
        index = Index(folder)
        began = time.process_time()
        index.update()
        print(f"indexed: {(time.process_time() - began) / count * 1e6:.1f} µs an entry", flush=True)
        for question in QUESTIONS:
            began, worked = time.perf_counter(), time.process_time()
            page = index.search(Question({name: [value] for name, value in question.items()}))
            waited, worked = time.perf_counter() - began, time.process_time() - worked
            print(
                f"search {question}: {len(page.entries)} in {waited:.3f} s, processor {worked:.3f} s",
                flush=True,
            )
        index.close()


if __name__ == "__main__":
    main()
