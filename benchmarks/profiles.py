"""How much sooner and smaller a process starts with a profile's packs than with all of them.

    python benchmarks/profiles.py

Each is a process of its own, in turns; processor time and memory over those of one that reads no pack.
"""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

PROFILES = ("", "contact-centre", "eu", "us-health", "logs", "pci")
TURNS = 5

CHILD = """
import json, resource, sys, time
from hushgate import Redactor
from hushgate.assembly import load_patterns
from hushgate.settings import NO_NAMES, Settings

def spent():
    return time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

before = spent()
patterns = load_patterns(Settings(names=NO_NAMES, profiles=tuple(filter(None, [sys.argv[1]]))))
patterns.find("card 4111 1111 1111 1111, call 212-555-0188")
after = spent()
print(json.dumps([len(patterns.rules), after[0] - before[0], after[1] - before[1]]))
"""


def _measured(profile: str) -> list[float]:
    done = subprocess.run([sys.executable, "-c", CHILD, profile], capture_output=True, text=True, check=True)
    measured: list[float] = json.loads(done.stdout)
    return measured


def main() -> None:
    """Print one line a profile: rules, seconds and MiB, and both as shares of all packs'."""
    turns = [{profile: _measured(profile) for profile in PROFILES} for _ in range(TURNS)]
    whole = [median(turn[""][at] for turn in turns) for at in range(3)]
    print(f"{'profile':16} {'rules':>5} {'CPU s':>7} {'MiB':>6} {'time':>6} {'memory':>7}")
    for profile in PROFILES:
        rules, seconds, mebibytes = (median(turn[profile][at] for turn in turns) for at in range(3))
        shares = f"{seconds / whole[1]:6.2f} {mebibytes / whole[2]:7.2f}"
        print(f"{profile or 'all packs':16} {rules:5.0f} {seconds:7.2f} {mebibytes:6.1f} {shares}")


if __name__ == "__main__":
    main()
