"""What is said of a measurement: each entity's numbers with how sure they are, and the total's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from hushgate.tuning.bootstrap import estimates, sample
from hushgate.tuning.metrics import METRICS, flags_with_total, with_total
from hushgate.tuning.scoring import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hushgate.tuning.bootstrap import Estimate, Row
    from hushgate.tuning.measuring import Measured

TOTAL = "total"
QUANTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Line:
    """One entity, or the total of all labels and findings (micro-averaged)."""

    entity: str
    counts: Counts
    precise: bool
    """Whether the data tell precision; if not, they tell recall and leakage alone."""
    estimates: Mapping[str, Estimate | None]
    """By the names of ``metrics.METRICS``."""


@dataclass(frozen=True)
class Summary:
    """A measurement with its numbers."""

    measured: Measured

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """One for each entity, most labels first, and the total's as the last."""
        measured = self.measured
        texts = sample(measured.rows.values(), measured.entities)
        by_metric = estimates(texts, measured.precise)
        flags, sums = flags_with_total(measured.precise), with_total(texts.sums)
        return tuple(
            Line(
                entity=entity,
                counts=Counts(*map(int, sums[index])),
                precise=bool(flags[index]),
                estimates={name: by_metric[name][index] for name in METRICS},
            )
            for index, entity in enumerate((*measured.entities, TOTAL))
        )

    @property
    def total(self) -> Line:
        """The total's line."""
        return self.lines[-1]

    @cached_property
    def by_file(self) -> Mapping[str, tuple[Counts, Mapping[str, float]]]:
        """The total of each file: counts, and the metrics that are defined, without intervals."""
        return {file: self._total_of(rows) for file, rows in self.measured.files.items()}

    def _total_of(self, rows: Iterable[Row]) -> tuple[Counts, Mapping[str, float]]:
        measured = self.measured
        sums = with_total(sample(rows, measured.entities).sums)[-1:]
        values = {
            name: float(metric(sums, np.array([measured.precise.any()]))[0])
            for name, metric in METRICS.items()
        }
        counts = Counts(*map(int, sums[0]))
        return counts, {name: value for name, value in values.items() if not np.isnan(value)}

    @property
    def latency(self) -> Mapping[int, float]:
        """Milliseconds within which detection was done with 50, 95 and 99 % of the texts."""
        if not self.measured.milliseconds.size:
            return {}
        values = np.percentile(self.measured.milliseconds, QUANTILES)
        return dict(zip(QUANTILES, map(float, values), strict=True))

    def as_data(self) -> dict[str, Any]:
        """All of it as plain data for JSON; what is not defined is null."""
        return {
            "texts": len(self.measured.rows),
            "entities": {
                line.entity: {
                    **line.counts._asdict(),
                    **{name: value and asdict(value) for name, value in line.estimates.items()},
                }
                for line in self.lines
            },
            "latency_ms": {f"p{quantile}": round(value, 3) for quantile, value in self.latency.items()},
        }
