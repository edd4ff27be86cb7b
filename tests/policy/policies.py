"""Small policies for tests, each written to a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from pathlib import Path

SAYS = {
    "intents": {"order_status": {"fields": {"order.id": "keep"}}},
    "destinations": {
        "model": "redact",
        "customer": {"default": "keep", "others": "block"},
        "tool": "keep",
        "human_agent": "keep",
        "log": "redact",
    },
}


def written(file: Path, version: str, **also: object) -> Path:
    """A policy in one step, with a time of its own, long enough ago to be whole."""
    beside = file.with_suffix(".new")
    beside.write_text(yaml.safe_dump({"version": version, **SAYS, **also}))
    return settled(beside, file)


def settled(beside: Path, file: Path) -> Path:
    beside.replace(file)
    then = file.stat().st_mtime - 10
    os.utime(file, (then, then))
    return file
