"""How a command ends that has nothing more to say: one sentence on stderr, and its exit code."""

from __future__ import annotations

import sys
from typing import NoReturn


def end(sentence: str, code: int = 2) -> NoReturn:
    """2: what was asked cannot be done."""
    print(f"hushgate: {sentence}", file=sys.stderr)
    sys.exit(code)
