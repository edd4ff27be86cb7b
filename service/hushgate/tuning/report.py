"""What the report page holds: one HTML file that needs nothing else, with charts drawn in it."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from hushgate.tuning import charts, figures
from hushgate.tuning.bootstrap import DRAWS
from hushgate.tuning.compare import GATED
from hushgate.tuning.summary import TOTAL
from hushgate.tuning.table import OVERLAP, STRICT, changed, sentences, unchanged, unshared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.tuning.compare import Comparison
    from hushgate.tuning.saved import Setup
    from hushgate.tuning.summary import Summary

_TEMPLATE = Path(__file__).parent / "report.html"
_CURVES = 11
"""How many entities' curves are drawn, beside the total's."""


def report_text(
    summary: Summary,
    setup: Setup,
    comparison: Comparison | None = None,
    notices: Sequence[str] = (),
    *,
    made: str,
    context: bool = True,
) -> str:
    """The page. With ``context`` it shows passages of the texts around what was missed or falsely found.

    ``made`` is when the measurement was made, as it shall stand there.
    """
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters |= {
        "visible": visible,
        "share": figures.share,
        "bounds": figures.bounds,
        "count": figures.count,
    }
    page.filters |= {
        "change": figures.change,
        "change_bounds": figures.change_bounds,
        "ms": figures.milliseconds,
    }
    measured = summary.measured
    return page.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        summary=summary,
        measured=measured,
        setup=setup,
        made=made,
        context=context,
        comparison=comparison,
        changes=changed(comparison) if comparison else {},
        unchanged=unchanged(comparison) if comparison else [],
        notices=[*notices, *unshared(comparison)] if comparison else [],
        sentences=list(sentences(summary)),
        names=figures.METRIC_NAMES,
        overlap=OVERLAP,
        strict=STRICT,
        gated=GATED,
        total=TOTAL,
        draws=DRAWS,
        bars=Markup(charts.bars([summary.total, *summary.lines[:-1]])),  # noqa: S704 - its texts are escaped
        curves=[Markup(curve) for curve in _curves(summary)],  # noqa: S704
        confusions=Markup(charts.confusions(measured.confusions)),  # noqa: S704
        latency=Markup(charts.latency(measured.milliseconds)),  # noqa: S704
    )


def _curves(summary: Summary) -> Iterator[str]:
    measured = summary.measured
    yield charts.thresholds(TOTAL, measured.curves[""], None)
    # A curve of an entity that is never found is a line on the ground.
    told = [line for line in summary.lines[:-1] if line.precise and line.counts.predicted]
    for line in told[:_CURVES]:
        yield charts.thresholds(line.entity, measured.curves[line.entity], measured.thresholds[line.entity])


def visible(passage: str) -> str:
    """The passage with a sign for each line break and a number for each character that does not show."""
    return "".join(map(_shown, passage))


def _shown(character: str) -> str:
    if character in "\r\n\t":
        return {"\n": " ⏎ ", "\r": "", "\t": " "}[character]
    # Also what turns the direction of writing, and halves of surrogate pairs, which have no UTF-8.
    return f"⟨{ord(character):04X}⟩" if unicodedata.category(character)[0] == "C" else character
