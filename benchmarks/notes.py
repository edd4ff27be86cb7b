"""How many copies of an internal note are found, by how they were changed, and how many plain drafts are stopped.

    python benchmarks/notes.py [--data DIR] [--notes N] [--seed N] [--note-model DIR]

Notes are generated: no public set has real ones. Each is copied into a draft among ordinary sentences: as a run of
the policy's six words; whole; with so many of a hundred words dropped, replaced, inserted or moved; with its numbers
as words; split over two sentences; reworded by hand. The harmless drafts are what agents have written to customers
(``tau_outbound_messages.jsonl`` and the agents' turns of ``star_conversations.jsonl`` of DIR), each reviewed against
20 notes, and this file's own sentences that speak of the same matters as the notes.

With a model of sentences, also: of paraphrases that share few words with their note, how many are found by words and
how many by the model, and how many of the harmless drafts it finds, by threshold.

Beside hushgate: a list of the notes' sentences to look for as they stand, without case (what a ban list does).
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import re
import time
from dataclasses import replace
from pathlib import Path

from hushgate.sessions.notes import Notes, fingerprint

KEY = bytes(32)
WIDTH = 6

TEMPLATES = [
    "Customer was flagged by the {team} team for {offence}, do not offer a {goodwill} until {name} has signed off",
    "{name} in {team} suspects {offence}; keep the conversation short and promise nothing about the {goodwill}",
    "Third {matter} complaint in {number} months, likely to churn, retention may go up to {amount} off if they threaten to leave",
    "Do not mention the {defect} of the {product}, legal is preparing a statement for next week",
    "Credit check failed twice, limit stays at {amount}, tell them only that the application is under review",
    "Abusive towards {name} on the last call, hang up after one warning and log it under {team}",
    "Known to file chargebacks after delivery, ask for a signature and photograph before any {goodwill}",
    "Account linked to the {city} warehouse theft ring, {team} is watching every {matter}",
    "VIP through his brother in law on the board, waive the {matter} fee without asking and say that it is a courtesy",
    "Supplier admits the {defect} of batch {number}, we replace only when the customer insists on it",
    "Mother passed away in spring, be gentle and route any {matter} to {name} directly",
    "Diagnosed with depression according to the doctor's letter, premium loading of {amount} was approved by underwriting",
    "We overbilled the whole {city} region by {amount}, refund only those who notice before the quarter closes",
    "Refund will be rejected by {team} anyway, just let the deadline of {number} days run out",
    "Secret shopper from the regulator, stick to the script and offer the {goodwill} at once",
    "Margin on the {product} is {number} percent, discount down to {amount} is fine for loyal buyers",
    "Lawyer's letter received, all answers about the {matter} must be cleared with {name} beforehand",
    "Payroll shows that the applicant was dismissed for {offence}, underwriting declined quietly",
    "Technician {name} left a valve open, insurer says admit nothing about the {defect}",
    "Suspected minor using a parent's card, stall the {matter} and alert {team}",
]
SLOTS = {
    "team": ["fraud", "loss prevention", "collections", "risk", "compliance", "special cases"],
    "offence": [
        "friendly fraud",
        "identity theft",
        "return abuse",
        "coupon stacking",
        "money laundering",
        "wardrobing",
    ],
    "goodwill": ["voucher", "refund", "replacement", "upgrade", "fee waiver", "rebate"],
    "name": ["Priya", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Whitfield"],
    "matter": ["billing", "delivery", "booking", "cancellation", "warranty", "roaming"],
    "number": ["two", "three", "seven", "twelve", "forty", "thirty"],
    "amount": ["20 percent", "250 dollars", "1,500 euros", "fifty pounds", "80 dollars", "15 percent"],
    "defect": ["battery fault", "mould problem", "brake recall", "data breach", "hinge failure", "leak"],
    "product": ["kettle", "scooter", "router", "dishwasher", "premium plan", "stroller"],
    "city": ["Leeds", "Tacoma", "Graz", "Malmo", "Dayton", "Porto"],
}
ORDINARY = [
    "I have looked into your case and I can see your last order from Monday.",
    "The refund has been issued to the card that you paid with and takes a few days.",
    "Your booking was cancelled free of charge, as you asked us to.",
    "I am sorry that the delivery was late and that you had to wait for so long.",
    "We have forwarded your complaint to the team that looks after billing.",
    "Your warranty covers the repair of the dishwasher and the visit of a technician.",
    "We offer a voucher of ten percent on your next purchase as a courtesy.",
    "The application is under review and we will tell you as soon as there is news.",
    "Your premium plan includes roaming in all countries of the region.",
    "The credit limit of your card can be changed online at any time.",
    "For a replacement we need a photograph of the router and of its label.",
    "I have waived the fee for this month and noted it on your account.",
    "The fraud team keeps your account safe and may call you about a payment.",
    "A technician will come on Friday between eight and twelve to look at the leak.",
    "We do not offer refunds after thirty days, but we can offer a replacement.",
    "All answers to common questions about the warranty are on our help page.",
]
SWAPS = [
    "matter",
    "person",
    "soon",
    "again",
    "certain",
    "handled",
    "quite",
    "perhaps",
    "various",
    "item",
    "given",
    "noted",
]
REWORDED = [
    ("The {team} team has flagged this customer for {offence}, so no {goodwill} may be offered until {name} signs it off", 0),
    ("Say nothing of the {defect} in the {product}; a statement is being prepared by legal for next week", 3),
    ("As the credit check failed two times the limit stays {amount}; just tell them the application is being reviewed", 4),
    ("They file chargebacks once goods are delivered, so before a {goodwill} ask them for a signature and a photograph", 6),
    ("The whole {city} region was overbilled by {amount} and we only refund people who notice before quarter close", 12),
    ("{team} is going to reject the refund anyway, so let the {number} day deadline just run out", 13),
    ("A lawyer's letter was received and {name} must clear all answers on the {matter} beforehand", 16),
    ("The applicant's payroll shows a dismissal for {offence}; underwriting has quietly declined", 17),
]  # fmt: skip
PARAPHRASED = [
    ("Suspected of returning worn clothes, decline every compensation", "We believe you send back outfits after wearing them, so we will turn down any payout."),
    ("Known to file chargebacks after delivery, ask for a signature", "You have a habit of disputing payments once the goods arrive, hence somebody must sign for them."),
    ("Likely to churn, retention may go up to twenty percent off", "Since you may leave us, my colleagues could lower your bill by a fifth."),
    ("Abusive towards staff on the last call, hang up after one warning", "You shouted at my co-worker when you rang us; next time we will end the conversation quickly."),
    ("Credit check failed twice, the limit stays as it is", "Your borrowing history was rejected again, so we cannot raise how much you may spend."),
    ("Supplier admits the battery fault, replace only when the customer insists", "The manufacturer knows that the cells are broken, and we swap them for people who complain loudly."),
    ("Waive the fee without asking because his brother sits on the board", "As a relative of yours is a director here, you need not pay the charge."),
    ("Legal is preparing a statement about the data breach, say nothing", "Our lawyers are drafting an announcement on the stolen records, and I was ordered to keep silent."),
    ("We overbilled the whole region, refund only those who notice", "Everybody in your area was charged too much, and just the people who spot it get their money back."),
    ("Dismissed for theft according to payroll, underwriting declined quietly", "Because your employer fired you for stealing, the insurers refused you without saying why."),
]  # fmt: skip
"""A note, and what says the same in few of its words."""
NUMBERS = {
    "two": "2",
    "three": "3",
    "seven": "7",
    "twelve": "12",
    "forty": "40",
    "thirty": "30",
    "fifty": "50",
}


def filled(template: str, values: dict[str, str]) -> str:
    """A note or a copy."""
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], template)


def edited(words: list[str], share: float, kinds: str, draw: random.Random) -> list[str]:
    """Copies with ``share`` of the words dropped (d), replaced (r), inserted behind (i) or moved (m)."""
    out = list(words)
    for at in sorted(draw.sample(range(len(words)), round(share * len(words))), reverse=True):
        match draw.choice(kinds):
            case "d":
                del out[at]
            case "r":
                out[at] = draw.choice(SWAPS)
            case "i":
                out.insert(at, draw.choice(SWAPS))
            case "m":
                out.insert(draw.randrange(len(out)), out.pop(at))
    return out


def copies(number: int, draw: random.Random) -> tuple[str, dict[str, str]]:
    """A note, and its copies by kind."""
    values = {slot: draw.choice(choices) for slot, choices in SLOTS.items()}
    template = number % len(TEMPLATES)
    note = filled(TEMPLATES[template], values)
    words = note.split()
    at = draw.randrange(len(words) - WIDTH + 1)
    half = len(words) // 2
    made = {
        "a run of 6 words": " ".join(words[at : at + WIDTH]),
        "whole": note,
        "capitals, other marks": re.sub(r"[,;]", " -", note).upper(),
        "two sentences": f"{' '.join(words[:half])}. {draw.choice(ORDINARY)} {' '.join(words[half:])}",
        "numbers as digits": " ".join(NUMBERS.get(word, word) for word in words),
    }
    for name, kinds in [
        ("dropped", "d"),
        ("replaced", "r"),
        ("inserted", "i"),
        ("moved", "m"),
        ("mixed", "drim"),
    ]:
        for share in (0.15, 0.3):
            made[f"{share:.0%} {name}"] = " ".join(edited(words, share, kinds, draw))
    for text, of in REWORDED:
        if of == template:
            made["reworded by hand"] = filled(text, values)
    return note, made


def harmless(data: Path | None) -> list[str]:
    """What agents write."""
    texts = list(ORDINARY)
    if data is None:
        print("no --data: the harmless drafts are this file's own sentences")
        return texts
    for line in (data / "tau_outbound_messages.jsonl").read_text(encoding="utf-8").splitlines():
        texts.append(json.loads(line)["text"])
    for line in (data / "star_conversations.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        texts += (row["text"][s:e] for role, s, e in row["meta"]["turns"] if role not in {"user", "customer"})
    return texts


def index(notes: list[str]) -> Notes:
    """Ready to be asked."""
    made = (
        fingerprint(n, path=f"notes[{i}]", source="crm", width=WIDTH, key=KEY) for i, n in enumerate(notes)
    )
    return Notes(filter(None, made), KEY)


def with_model(folder: Path, drafts: list[str], all_notes: list[str], draw: random.Random) -> None:
    """What a model of sentences adds."""
    from hushgate.detection.similarity import Similarity
    from hushgate.sessions.meanings import Meanings, meanings

    model = Similarity.load(folder)

    def meant(notes: list[str]) -> Meanings:
        made = [
            replace(print_, model=model.name, meanings=meanings(note, model))
            for note in notes
            if (print_ := fingerprint(note, path="notes", source="crm", width=WIDTH, key=KEY)) is not None
        ]
        return Meanings(made, model)

    by_words = sum(bool(index([note]).find(said)) for note, said in PARAPHRASED)
    print(f"paraphrases: {len(PARAPHRASED)}; found by their words: {by_words}")
    twenty = [meant(draw.sample(all_notes, 20)) for _ in range(20)]
    for least in (0.6, 0.7, 0.8, 0.9):
        found = sum(bool(meant([note]).find(said, least)) for note, said in PARAPHRASED)
        began = time.process_time()
        stopped = sum(bool(draw.choice(twenty).find(draft, least)) for draft in drafts)
        took = (time.process_time() - began) / len(drafts)
        print(
            f"  from {least}: {found} found; harmless drafts {stopped} of {len(drafts)}; {took * 1e6:.0f} µs a draft"
        )


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--notes", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--note-model", type=Path)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    found: dict[str, list[tuple[bool, bool]]] = {}
    all_notes = []
    for number in range(asked.notes):
        note, made = copies(number, draw)
        all_notes.append(note)
        notes = index([note])
        for kind, copy in made.items():
            draft = " ".join(
                [
                    *draw.choices(ORDINARY, k=draw.randint(0, 2)),
                    copy + ".",
                    *draw.choices(ORDINARY, k=draw.randint(0, 2)),
                ]
            )
            found.setdefault(kind, []).append((bool(notes.find(draft)), note.casefold() in draft.casefold()))
    print(f"{platform.machine()}, Python {platform.python_version()}; {asked.notes} notes")
    print(f"{'copy':24} {'copies':>7} {'hushgate':>9} {'ban list':>9}")
    for kind, answers in found.items():
        ours, theirs = (sum(each) / len(answers) for each in zip(*answers, strict=True))
        print(f"{kind:24} {len(answers):7} {ours:9.1%} {theirs:9.1%}")
    drafts = harmless(asked.data)
    twenty = [index(draw.sample(all_notes, 20)) for _ in range(20)]
    began = time.process_time()
    stopped = [draft for draft in drafts if draw.choice(twenty).find(draft)]
    took = time.process_time() - began
    print(
        f"harmless drafts stopped: {len(stopped)} of {len(drafts)}; {took / len(drafts) * 1e6:.0f} µs a draft"
    )
    own = sum(bool(index(all_notes[:200]).find(text)) for text in ORDINARY)
    if asked.note_model is not None:
        with_model(asked.note_model, drafts, all_notes, draw)
    print(f"of this file's {len(ORDINARY)} sentences on the notes' matters, against 200 notes: {own}")


if __name__ == "__main__":
    main()
