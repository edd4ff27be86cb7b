"""What another threshold would find: the same findings, counted at every score that could be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hushgate.settle import settle
from hushgate.tuning.metrics import WIDTH, flags_with_total, precision, recall, with_total
from hushgate.tuning.scoring import score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hushgate.finding import Finding
    from hushgate.tuning.bootstrap import Row
    from hushgate.tuning.metrics import Array, Flags
    from hushgate.tuning.scoring import Expected

THRESHOLDS = tuple(round(step / 50, 2) for step in range(51))
"""0, 0.02 … 1."""


def levels(wanted: Expected, findings: Sequence[Finding]) -> Iterator[tuple[float, float, Row]]:
    """The counts at every threshold ``t`` with ``low < t <= high``, for each ``(low, high, counts)``.

    ``findings`` are all that was found, unsettled, at whatever score.
    """
    low = -1.0
    for high in (*sorted({finding.score for finding in findings}), 2.0):
        reached = settle(finding for finding in findings if finding.score >= high)
        yield low, high, score(wanted, reached).counts
        low = high


class Sweep:
    """Counts by threshold as they add up."""

    def __init__(self) -> None:
        self._counts: dict[str, Array] = {}

    def add(self, wanted: Expected, findings: Sequence[Finding]) -> None:
        """Count one text at every threshold; ``findings`` as for ``levels``."""
        for low, high, row in levels(wanted, findings):
            reached = [index for index, threshold in enumerate(THRESHOLDS) if low < threshold <= high]
            for entity, counts in row:
                array = self._counts.setdefault(entity, np.zeros((len(THRESHOLDS), WIDTH)))
                array[reached] += counts

    def curves(self, entities: Sequence[str], precise: Flags) -> Mapping[str, tuple[Array, Array]]:
        """Precision and recall at each of ``THRESHOLDS``, for each entity and for the total, as ``""``."""
        counts = np.zeros((len(THRESHOLDS), len(entities), WIDTH))
        for index, entity in enumerate(entities):
            counts[:, index] += self._counts.get(entity, 0)
        counts, flags = with_total(counts), flags_with_total(precise)
        both = precision(counts, flags), recall(counts, flags)
        return {
            entity: (both[0][:, index], both[1][:, index]) for index, entity in enumerate((*entities, ""))
        }
