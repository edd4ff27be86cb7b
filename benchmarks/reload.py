"""Whether a call fails, or is answered under two policies, while the policy changes each second under load.

    python benchmarks/reload.py [--seconds 600] [--callers 4]

Two policies differ in what they make of a card number, so that each text shows which one decided;
each answer also says it by version and digest. Two workers, patterns alone, a batch of 20 texts a call.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import yaml

from hushgate.client import Client, HushgateError

SHIPPED = Path(__file__).parents[1] / "policies" / "contact-centre.yaml"
FORMS = {"redact": "card [CREDIT_CARD]", "last4": "card **** **** **** 1111"}
TEXTS = ["card 4111 1111 1111 1111"] * 20


def written(file: Path, number: int) -> str:
    """The next policy, in one step; its version."""
    action = list(FORMS)[number % 2]
    data = yaml.safe_load(SHIPPED.read_text())
    data["version"] = f"{action}.{number}"
    data["destinations"]["log"]["CREDIT_CARD"] = action
    beside = file.with_suffix(".new")
    beside.write_text(yaml.safe_dump(data))
    beside.replace(file)
    return str(data["version"])


def main() -> None:
    """Run, and print one line for each count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--callers", type=int, default=4)
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    policies: set[tuple[str, str]] = set()
    stop = threading.Event()

    def load(address: str) -> None:
        with Client(address) as client:
            while not stop.is_set():
                try:
                    answer = client.redact(TEXTS)
                except HushgateError as error:
                    counts[f"failed: {error.reason or type(error).__name__}"] += 1
                    continue
                form = FORMS[answer.policy_version.partition(".")[0]]
                whole = all(item.text == form for item in answer.items)
                counts["calls answered" if whole else "answered under a mixed policy"] += 1
                policies.add((answer.policy_version, answer.policy_digest))

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "policy.yaml")
        written(file, 0)
        command = [sys.executable, "-m", "hushgate", "serve", "--listen", "127.0.0.1:0", "--no-names"]
        command += ["--workers", "2", "--policy", str(file)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            assert server.stdout is not None
            address = server.stdout.readline().partition("serving on ")[2].split()[0]
            callers = [threading.Thread(target=load, args=(address,)) for _ in range(asked.callers)]
            for caller in callers:
                caller.start()
            began = time.monotonic()
            for number in itertools.count(1):
                if time.monotonic() - began >= asked.seconds:
                    break
                written(file, number)
                counts["files written"] += 1
                time.sleep(max(0.0, began + number - time.monotonic()))
            stop.set()
            for caller in callers:
                caller.join()
            server.terminate()
    for what in ("files written", "calls answered", "answered under a mixed policy"):
        print(f"{what}: {counts.pop(what, 0)}")
    print(f"policies that answered: {len(policies)}")
    print(f"failed calls: {sum(counts.values())} {dict(counts) or ''}")


if __name__ == "__main__":
    main()
