"""How much memory redacting takes, and whether it grows: the same process over very many messages.

    python benchmarks/memory.py [--messages N] [--no-names]

Prints the resident memory in MiB once all is loaded and after each tenth of the messages, and by how much it
grew between the first tenth (when what is made once has been made) and the last. No two messages are alike.
Linux only.
"""

from __future__ import annotations

import argparse
import platform
import random
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 64
SENTENCES = (
    "Hi, this is {name}, order {order} from the {day} of May still has not arrived.",
    "You can reach me on 212-555-{line} or at {name}.{order}@example.com, evenings are best.",
    "The app shows version {day}.{line} and error {order} whenever I open the returns page.",
    "I paid {day}.{line} with the card 4111 1111 1111 1111 and it was taken twice, {name} told me.",
    "Please send it to {day} Rose Lane, Springfield, IL 62704; my account number is 88{order}{line}.",
    "level=info module=billing.invoice items={order} took=0.{line}s retries={day} status=ok",
)
NAMES = ("Dana", "Amaia", "Oluwaseun", "Priya", "Mateusz", "Li Wei", "Zoë", "Jürgen", "Fatima", "Tane")


def messages(count: int) -> Iterator[str]:
    """So many, all different."""
    draw = random.Random(19)
    for _ in range(count):
        values = {
            "name": draw.choice(NAMES) + draw.choice(" bcdfgklmn").strip() + draw.choice("aeio"),
            "order": draw.randrange(10_000, 1_000_000),
            "line": f"{draw.randrange(100):04}",
            "day": draw.randrange(1, 31),
        }
        yield " ".join(draw.sample(SENTENCES, 2)).format(**values)


def resident() -> float:
    """MiB that the process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--messages", type=int, default=1_000_000)
    options.add_argument("--no-names", action="store_true", help="patterns alone")
    given = options.parse_args()
    redactor = Redactor.load(names=not given.no_names)
    kind = "patterns alone" if given.no_names else "with the name model"
    print(f"{platform.machine()}, Python {platform.python_version()}; {given.messages:,} messages, {kind}")
    print(f"loaded: {resident():.1f} MiB")
    tenth = max(BATCH, given.messages // 10)
    waiting: list[str] = []
    seen: list[float] = []
    begun = time.process_time()
    for count, message in enumerate(messages(given.messages), 1):
        waiting.append(message)
        if len(waiting) == BATCH or count == given.messages:
            redactor.redact_many(waiting)
            waiting = []
        if count % tenth == 0:
            seen.append(resident())
            print(f"{count:>10,}: {seen[-1]:.1f} MiB, {time.process_time() - begun:.0f} s of CPU", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"grew by {100 * (seen[-1] / seen[0] - 1):.1f} % after the first tenth; peak {peak:.1f} MiB")


if __name__ == "__main__":
    main()
