"""What tests share: a gate in this process and a server in another, both real, both on the cases' policy."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from hushgate.server.assembly import Assembled, assemble
from hushgate.settings import NO_NAMES, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushgate.gate import Gate

CASES = Path(__file__).parent / "cases"

# A slow machine fails no law. Where nobody looks at a counter-example, the same examples are tried each time.
settings.register_profile("people", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "people")


@pytest.fixture(scope="session")
def assembled() -> Iterator[Assembled]:
    """Everything a server is made of: shipped packs, the cases' policy, memory, no name model."""
    made = assemble(Settings(policies=(CASES / "policy.yaml",), names=NO_NAMES))
    yield made
    made.close()


@pytest.fixture(scope="session")
def gate(assembled: Assembled) -> Gate:
    return assembled.gate


@contextmanager
def served(
    *flags: str,
    listen: str = "127.0.0.1:0",
    log: Path | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[str]:
    """A real server process; its address, once it has said that it serves."""
    command = [sys.executable, "-m", "hushgate", "serve", "--listen", listen, *flags]
    errors = log.open("wb") if log else subprocess.DEVNULL
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert "serving on " in line, f"no server after {time.process_time():.0f} s"
            yield line.partition("serving on ")[2].split()[0].rstrip(",;")
        finally:
            process.terminate()
            process.wait(timeout=60)
            if log:
                errors.close()


@pytest.fixture(scope="session")
def serve():
    """``with serve("--policy", …) as address``."""
    return served
