"""What precision, recall, F and leakage are, on any number of counts at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hushgate.tuning.scoring import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Array: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

_COLUMN = {name: index for index, name in enumerate(Counts._fields)}
WIDTH = len(Counts._fields)


def precision(counts: Array, _: Flags, *, right: str = "right") -> Array:
    """Of the findings, the share that is right; NaN where there is none. ``counts``: (…, ``WIDTH``)."""
    return _share(counts, right, "predicted")


def recall(counts: Array, _: Flags, *, found: str = "found") -> Array:
    """Of the labels, the share that is found; NaN where there is none."""
    return _share(counts, found, "support")


def leakage(counts: Array, _: Flags) -> Array:
    """Of the letters and digits in labels, the share that no finding covers; NaN where there is none."""
    return _share(counts, "leaked", "characters")


def f_score(
    counts: Array, precise: Flags, *, beta: float, found: str = "found", right: str = "right"
) -> Array:
    """Recall weighed ``beta`` times as much as precision (van Rijsbergen, Information Retrieval, 1979).

    0 where there are labels and no findings; NaN without labels, where ``precise`` is false (of rows that
    tell recall alone), and where labels are found but no finding tells precision.
    """
    p, r = precision(counts, precise, right=right), recall(counts, precise, found=found)
    weighed = beta * beta * p + r
    f = np.divide((1 + beta * beta) * p * r, weighed, out=np.zeros_like(r), where=~(weighed <= 0))
    # Found, though no finding tells precision: that happens where another file tells recall alone.
    nothing = np.isnan(p) & (counts[..., _COLUMN["support"]] > 0) & (counts[..., _COLUMN["found"]] == 0)
    f = np.where(nothing, 0.0, f)
    return np.where(precise, f, np.nan)


def _share(counts: Array, part: str, whole: str) -> Array:
    parts, wholes = counts[..., _COLUMN[part]], counts[..., _COLUMN[whole]]
    return np.asarray(np.divide(parts, wholes, out=np.full(wholes.shape, np.nan), where=wholes > 0))


_strict_f = partial(f_score, found="found_strictly", right="right_strictly")

METRICS: Mapping[str, Callable[[Array, Flags], Array]] = {
    "precision": precision,
    "recall": recall,
    "f1": partial(f_score, beta=1.0),
    "f2": partial(f_score, beta=2.0),
    "strict_precision": partial(precision, right="right_strictly"),
    "strict_recall": partial(recall, found="found_strictly"),
    "strict_f1": partial(_strict_f, beta=1.0),
    "strict_f2": partial(_strict_f, beta=2.0),
    "leakage": leakage,
}
"""Each takes counts (…, entities, ``WIDTH``) and which entities tell precision; answers (…, entities)."""

LESS_IS_BETTER = frozenset({"leakage"})


def with_total(counts: Array) -> Array:
    """Counts of shape (…, entities, ``WIDTH``) with the sum over all entities as one more, the last."""
    return np.concatenate([counts, counts.sum(axis=-2, keepdims=True)], axis=-2)


def flags_with_total(precise: Flags) -> Flags:
    """Which rows tell precision, the total's behind them."""
    return np.append(precise, bool(precise.any()))
