"""What a change made better and worse: two measurements of the same texts, and when a gate stops it.

The texts are paired: each draw of the bootstrap takes the same texts of both measurements, so that what both
find or miss cancels out, and only the texts on which they differ make the interval of the difference wide.
A difference is *certain* when that interval, of 95 %, does not hold 0. So a lone text that got worse in an
entity with many does not stop a gate, about four that got worse, none better, do (the chance that a draw
holds none of k texts is e^-k, and e^-4 < 2.5 %), and an entity that got worse wherever it occurs does always.
Losses too thin in each entity are seen in the total.
Entities are not corrected for being many: a false stop costs a second look, a missed one costs values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hushgate.tuning.bootstrap import Estimate, Sample, draws, interval, sample
from hushgate.tuning.metrics import LESS_IS_BETTER, METRICS, WIDTH, flags_with_total, with_total
from hushgate.tuning.summary import TOTAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hushgate.tuning.bootstrap import Row
    from hushgate.tuning.measuring import Measured
    from hushgate.tuning.metrics import Array, Flags
    from hushgate.tuning.saved import Saved, Setup

GATED = ("recall", "f2", "leakage")
"""What may not get worse. Overlap's recall does not see a value that is found by half; leakage does."""

_OLD, _NEW = "old ", "new "


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of one entity, before and after."""

    entity: str
    metric: str
    before: float | None
    after: float | None
    change: Estimate | None
    """After less before, with its interval; None where one of them is not defined."""

    @property
    def is_certain(self) -> bool:
        """Whether the interval of the change does not hold 0."""
        return self.change is not None and not self.change.low <= 0 <= self.change.high

    @property
    def is_worse(self) -> bool:
        """Whether it certainly got worse."""
        return self.is_certain and not self._is_up_better()

    @property
    def is_better(self) -> bool:
        """Whether it certainly got better."""
        return self.is_certain and self._is_up_better()

    def _is_up_better(self) -> bool:
        return self.change is not None and (self.change.value > 0) != (self.metric in LESS_IS_BETTER)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two measurements on the texts that both have."""

    texts: int
    """How many both have."""
    only_before: int
    only_after: int
    differences: tuple[Difference, ...]
    """Of each entity that both measured, and of the total, each of ``GATED``."""

    @property
    def regressions(self) -> tuple[Difference, ...]:
        """What certainly got worse, of an entity or of all together."""
        return tuple(each for each in self.differences if each.is_worse)


def compare(before: Saved, after: Measured) -> Comparison:
    """What ``after`` does otherwise than ``before``, on the texts that both have."""
    shared = [identity for identity in after.rows if identity in before.rows]
    pairs = ((*_named(_OLD, before.rows[each]), *_named(_NEW, after.rows[each])) for each in shared)
    told = zip(after.entities, after.precise.tolist(), strict=True)
    precise = np.array([is_precise and entity in before.precise for entity, is_precise in told], dtype=bool)
    texts = sample(pairs, [side + entity for side in (_OLD, _NEW) for entity in after.entities])
    return Comparison(
        texts=len(shared),
        only_before=len(before.rows) - len(shared),
        only_after=len(after.rows) - len(shared),
        differences=tuple(_differences(texts, after.entities, precise)),
    )


def _named(side: str, row: Row) -> Row:
    return tuple((side + entity, counts) for entity, counts in row)


def _differences(texts: Sample, entities: Sequence[str], precise: Flags) -> list[Difference]:
    flags = flags_with_total(precise)
    old, new = _sides(texts.sums)
    drawn_old, drawn_new = _sides(draws(texts))
    found = []
    for name in GATED:
        before, after = METRICS[name](old, flags), METRICS[name](new, flags)
        drawn = METRICS[name](drawn_new, flags) - METRICS[name](drawn_old, flags)
        for index, entity in enumerate((*entities, TOTAL)):
            one, other = _defined(before[index]), _defined(after[index])
            change = None
            if one is not None and other is not None:
                change = Estimate(other - one, *interval(other - one, drawn[:, index]))
            found.append(Difference(entity, name, one, other, change))
    return found


def _sides(counts: Array) -> tuple[Array, Array]:
    """Both sides of counts (…, two times entities, ``WIDTH``), each with its total."""
    half = counts.shape[-2] // 2
    assert counts.shape[-1] == WIDTH  # noqa: S101 - a wrong axis would go unseen
    return with_total(counts[..., :half, :]), with_total(counts[..., half:, :])


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def notices(before: Setup, after: Setup) -> list[str]:
    """Sentences on what the two were made with, where it differs."""
    differing = []
    if before.policy != after.policy:
        differing.append(f"policy {before.policy}")
    if before.types != after.types:
        differing.append("other types")
    return [f"the baseline was made with {each}: a difference may come from that" for each in differing]
