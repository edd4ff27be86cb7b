"""ReviewStream against Review: 10,000 chunkings of drafts, real and made to leak, and how long text is held.

    python benchmarks/streaming.py [--data DIR] [--drafts N] [--chunkings N] [--names MODEL|none] [--seed N]

A session knows a customer's and a stranger's card, account number, telephone number, e-mail address and
name, and an internal note. Half of the drafts leak one of them, as written or under a disguise, amid
sentences; the others are what agents have written to customers (``tau_outbound_messages.jsonl`` of DIR, or
sentences of this file's own). Each is reviewed as a whole, then in random chunks through the same gate.

Prints how many answers were the same, how many drafts released a character of what blocked them, and after
how many characters the first could be sent.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

import disguises

from hushgate.calls import PrepareCall, Record, ReviewCall, Reviewed, Verdict
from hushgate.outbound.review import Progress
from hushgate.server.assembly import assemble
from hushgate.settings import Settings

if TYPE_CHECKING:
    from hushgate.gate import Gate

NAMES = {"tenant": "acme", "session_id": "streaming", "agent_id": "", "intent": "general_question"}
NOTE = "customer was flagged by the fraud desk, promise nothing before the second review is over"
SENTENCES = [
    "Thank you for your patience while I look into this for you.",
    "Your parcel has left our warehouse and should be with you by Friday.",
    "Is there anything else that I can help you with today?",
    "We are sorry for the delay and will do our best to put it right.",
    "You can cancel free of charge until 24 hours before departure.",
    "I have sent the form to the address that we have for you.",
]


def session(gate: Gate, draw: random.Random) -> list[disguises.Value]:
    """Prepares the records; answers the stranger's values."""
    kinds = {kind: [make(draw) for _ in "ab"] for kind, make in disguises.MAKERS.items()}
    records = []
    for at, (subject, name) in enumerate([("c-1", "Maren Ostrander"), ("c-2", "Tobias Lindqvist")]):
        customer = {"name": name, **{kind: values[at].text for kind, values in kinds.items()}}
        data = {"customer": customer, "case": {"internal_notes": [NOTE]}}
        records.append(Record("crm", subject, json.dumps(data)))
    gate.prepare(PrepareCall(**NAMES, customer_id="c-1", records=tuple(records)))
    return [values[1] for values in kinds.values()]


def drafts(data: Path | None, strangers: list[disguises.Value], count: int, draw: random.Random) -> list[str]:
    """Half real, half made to leak."""
    real = SENTENCES
    if data is not None:
        lines = (data / "tau_outbound_messages.jsonl").read_text(encoding="utf-8").splitlines()
        real = [json.loads(line)["text"] for line in lines]
    made = []
    names = [name for layer in disguises.layers() for name in layer]
    for number in range(count):
        if number % 2:
            made.append(draw.choice(real) if data else " ".join(draw.choices(real, k=draw.randint(1, 8))))
            continue
        leak = None
        while leak is None:
            name, value = draw.choice(names), draw.choice(strangers)
            if value.kind in disguises.kinds_of(name):
                leak = disguises.disguised((name,), value, draw)
        text = draw.choice([NOTE, "Tobias Lindqvist"]) if number % 10 == 0 else "".join(leak)
        before, after = (draw.choices(SENTENCES, k=draw.randint(0, 4)) for _ in "ab")
        made.append(" ".join([*before, "It is", text, "as you asked.", *after]))
    return made


def chunks(draft: str, draw: random.Random) -> list[str]:
    """The draft, cut at random."""
    mean = draw.choice([1, 4, 12, 60, 400])
    pieces, at = [], 0
    while at < len(draft):
        size = max(1, round(draw.expovariate(1 / mean)))
        pieces.append(draft[at : at + size])
        at += size
    return pieces


def streamed(gate: Gate, pieces: list[str]) -> tuple[Reviewed, str, int]:
    """The answer, what was released before it, and how many characters had come when the first was."""
    call = ReviewCall(**NAMES, destination="customer", text="")
    policy = gate.reviewing(call)
    progress, before, came, first = Progress(), "", 0, 0
    for piece in pieces:
        came += len(piece)
        progress = progress.given(piece)
        if not progress.windows():
            continue
        progress, released = gate.go_on(call, policy, progress)
        if progress.blocked:
            return gate.concluded(call, policy, progress, released), before, first or came
        before += released
        first = first or (came if released else 0)
    progress, released = gate.go_on(call, policy, progress.given("", ended=True))
    return gate.concluded(call, policy, progress, released), before, first or came


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--drafts", type=int, default=1000)
    parser.add_argument("--chunkings", type=int, default=10)
    parser.add_argument("--names", default="none")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.data is None:
        print("no --data: the harmless drafts are sentences of this file")
    draw = random.Random(asked.seed)
    gate = assemble(Settings(names=asked.names)).gate
    strangers = session(gate, draw)
    same = total = leaked = blocked = 0
    first_one_by_one, lengths = [], []
    for draft in drafts(asked.data, strangers, asked.drafts, draw):
        whole = gate.review(ReviewCall(**NAMES, destination="customer", text=draft))
        blocked += whole.verdict is Verdict.BLOCKED
        spans = (
            [(f.finding.start, f.finding.end) for f in whole.findings]
            if whole.verdict is Verdict.BLOCKED
            else []
        )
        for _ in range(asked.chunkings):
            last, before, _ = streamed(gate, chunks(draft, draw))
            total += 1
            if whole.verdict is Verdict.BLOCKED:
                same += last.verdict is Verdict.BLOCKED
                start = min(span[0] for span in spans) if spans else len(draft)
                leaked += not draft[:start].startswith(before) and len(before) > start
            else:
                same += (last.verdict, before + (last.text or "")) == (whole.verdict, whole.text)
        if whole.verdict is not Verdict.BLOCKED and len(draft) > 160:
            first_one_by_one.append(streamed(gate, list(draft))[2])
            lengths.append(len(draft))
    print(f"{platform.machine()}, Python {platform.python_version()}; names: {asked.names}")
    print(f"{total} chunkings of {asked.drafts} drafts ({blocked} blocked): {same} answered as the whole")
    print(f"streams that released something behind the beginning of what blocked: {leaked}")
    quantiles = statistics.quantiles(first_one_by_one, n=100)
    print(
        f"first release, character by character, {len(lengths)} drafts of more than 160: "
        f"p50 {quantiles[49]:.0f}, p95 {quantiles[94]:.0f}, most {max(first_one_by_one)} characters had come"
    )


if __name__ == "__main__":
    main()
