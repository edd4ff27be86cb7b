"""What it takes to start: processor time and memory up to the first answer, each time in a fresh process.

    python benchmarks/start.py [--times N]

Prints the median of N: seconds of CPU, and the most MiB in memory. Linux only.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys

HUSHGATE = (sys.executable, "-m", "hushgate")
STARTED = {
    "import hushgate": (sys.executable, "-c", "import hushgate"),
    "hushgate redact --no-names": (*HUSHGATE, "redact", "--no-names"),
    "hushgate serve --no-names": (*HUSHGATE, "serve", "--no-names", "--listen", "127.0.0.1:0"),
    "hushgate serve": (*HUSHGATE, "serve", "--listen", "127.0.0.1:0"),
}


def started(command: tuple[str, ...]) -> tuple[float, float]:
    """Seconds of CPU, and MiB at the most, until it has said something or is done."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()  # what a server does after that is another matter
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--times", type=int, default=5)
    times = options.parse_args().times
    print(f"{platform.machine()}, Python {platform.python_version()}; median of {times}")
    runs = [{name: started(command) for name, command in STARTED.items()} for _ in range(times)]
    for name in STARTED:
        seconds, mebibytes = (
            statistics.median(column) for column in zip(*(run[name] for run in runs), strict=True)
        )
        print(f"{name:28}{seconds:6.2f} s{mebibytes:8.1f} MiB")


if __name__ == "__main__":
    main()
