"""How numbers are written for people: shares in percent, intervals beside them, a dash where none is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hushgate.tuning.bootstrap import Estimate

NONE = "–"

METRIC_NAMES = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "f2": "F2",
    "leakage": "leaked",
}


def share(value: float | None) -> str:
    """``0.9325`` as ``93.2``; only what is all or nothing is 100 or 0."""
    if value is None:
        return NONE
    text = f"{100 * value:.1f}"
    if text == "100.0" and value < 1:
        return "99.9"
    return "0.1" if text == "0.0" and value > 0 else text


def bounds(estimate: Estimate | None) -> str:
    """The interval: ``91.0–95.1``."""
    return f"{share(estimate.low)}–{share(estimate.high)}" if estimate else ""


def short_bounds(estimate: Estimate | None) -> str:
    """The interval in whole percents: ``91–95``."""
    return f"{100 * estimate.low:.0f}–{100 * estimate.high:.0f}" if estimate else ""


def change(estimate: Estimate | None) -> str:
    """A difference in points: ``−5.1``."""
    return signed(estimate.value) if estimate else NONE


def change_bounds(estimate: Estimate | None) -> str:
    """Its interval: ``−7.0 to −3.1``."""
    return f"{signed(estimate.low)} to {signed(estimate.high)}" if estimate else ""


def signed(value: float) -> str:
    """A difference of shares in points, with its sign."""
    text = f"{100 * value:+.1f}".replace("-", "−")
    return "0.0" if text in {"+0.0", "−0.0"} else text


def count(number: int) -> str:
    """``12345`` as ``12,345``."""
    return f"{number:,}"


def milliseconds(value: float) -> str:
    """``0.1234`` as ``0.12 ms``."""
    return f"{value:.2f} ms" if value < 10 else f"{value:.0f} ms"
