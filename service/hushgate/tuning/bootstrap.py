"""How sure a number is: the same measurement on texts drawn again from those at hand.

The percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13), drawn by
text, since the labels of one text are found or missed together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from hushgate.tuning.metrics import METRICS, WIDTH, flags_with_total, with_total
from hushgate.tuning.scoring import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from hushgate.tuning.metrics import Array, Flags

Row: TypeAlias = tuple[tuple[str, Counts], ...]
"""The counts of one text, by entity."""

DRAWS = 1000
SEED = 20
LEVEL = 0.95

_CELLS = 4_000_000
"""How many weights are held at once: 32 MB."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, and the interval that 95 % of the draws fall in. Shares are from 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Texts as counts. Texts with the same counts stand together."""

    counts: Array
    """(different texts, entities, ``WIDTH``)."""
    times: NDArray[np.int64]
    """How many texts each stands for."""

    @property
    def sums(self) -> Array:
        """The counts of all texts: (entities, ``WIDTH``)."""
        return np.asarray(np.einsum("t,tew->ew", self.times.astype(float), self.counts))

    def texts_with(self, field: str) -> NDArray[np.int64]:
        """For each entity, and for the total, how many texts have a count in that field of ``Counts``."""
        has = self.counts[..., Counts._fields.index(field)] > 0
        has = np.concatenate([has, has.any(axis=1, keepdims=True)], axis=1)
        return np.asarray(self.times @ has, dtype=np.int64)


def sample(rows: Iterable[Row], entities: Sequence[str]) -> Sample:
    """The rows as one array over ``entities``; what else they count is left out."""
    place = {entity: index for index, entity in enumerate(entities)}
    times = Counter(tuple((entity, counts) for entity, counts in row if entity in place) for row in rows)
    array = np.zeros((len(times), len(entities), WIDTH))
    for index, row in enumerate(times):
        for entity, counts in row:
            array[index, place[entity]] = counts
    return Sample(array, np.fromiter(times.values(), dtype=np.int64, count=len(times)))


def draws(texts: Sample, *, number: int = DRAWS, seed: int = SEED) -> Array:
    """As many samples of the same size, drawn with replacement; their sums: (number, entities, ``WIDTH``)."""
    size = int(texts.times.sum())
    different, entities, width = texts.counts.shape
    if not size:
        return np.zeros((number, entities, width))
    generator = np.random.default_rng(seed)
    flat = texts.counts.reshape(different, -1)
    at_once = max(1, _CELLS // different)
    drawn = [
        generator.multinomial(size, texts.times / size, size=min(at_once, number - start)) @ flat
        for start in range(0, number, at_once)
    ]
    return np.concatenate(drawn).reshape(number, entities, width)


def estimates(texts: Sample, precise: Flags, *, seed: int = SEED) -> Mapping[str, list[Estimate | None]]:
    """Each of ``METRICS`` for each entity and, last, for the total; None where it is not defined.

    Where no draw differs from a value of 0 or 1, the draws tell nothing of how few the texts are; the
    interval is then the exact one for as many texts (Clopper and Pearson, Biometrika 26, 1934).
    """
    sums, drawn = with_total(texts.sums), with_total(draws(texts, seed=seed))
    flags = flags_with_total(precise)
    found, predicted = texts.texts_with("support"), texts.texts_with("predicted")
    sizes = {"precision": predicted, "recall": found, "leakage": found}
    return {
        name: list(_each(metric(sums, flags), metric(drawn, flags), _size(name, sizes, found, predicted)))
        for name, metric in METRICS.items()
    }


def _size(
    name: str,
    sizes: Mapping[str, NDArray[np.int64]],
    found: NDArray[np.int64],
    predicted: NDArray[np.int64],
) -> NDArray[np.int64]:
    """How many texts the metric rests on; of F, the fewer of those that its two parts rest on."""
    fewer = np.where(predicted > 0, np.minimum(found, predicted), found)
    return np.asarray(sizes.get(name.removeprefix("strict_"), fewer))


def _each(values: Array, drawn: Array, sizes: NDArray[np.int64]) -> Iterator[Estimate | None]:
    for value, column, size in zip(values.tolist(), drawn.T, sizes.tolist(), strict=True):
        yield None if np.isnan(value) else _estimate(value, column, size)


def _estimate(value: float, drawn: Array, size: int) -> Estimate:
    low, high = interval(value, drawn)
    if low == high and value in {0.0, 1.0} and size:
        away = 1 - ((1 - LEVEL) / 2) ** (1 / size)
        return Estimate(value, 0.0, away) if value == 0 else Estimate(value, 1 - away, 1.0)
    return Estimate(value, low, high)


def interval(value: float, drawn: Array) -> tuple[float, float]:
    """Between which bounds 95 % of the draws lie that define the number; ``value`` is never outside."""
    defined = drawn[~np.isnan(drawn)]
    if not defined.size:
        return value, value
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return min(value, float(low)), max(value, float(high))
