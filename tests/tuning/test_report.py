"""What the report page shows, and that it is one file that shows texts only where it may."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from hushgate.tuning import charts
from hushgate.tuning.compare import compare
from hushgate.tuning.figures import share, signed
from hushgate.tuning.measuring import Measured, Passage
from hushgate.tuning.report import report_text, visible
from hushgate.tuning.saved import Saved, Setup
from hushgate.tuning.scoring import Counts
from hushgate.tuning.summary import Summary
from hushgate.tuning.sweep import THRESHOLDS

SETUP = Setup("0.1.0", "2026-11-21.1", "abcd")
NASTY = "<script>alert(1)</script>"
HIT, MISS = Counts(1, 1, 1, 1, 1, 1, 8, 0), Counts(1, 0, 0, 0, 0, 0, 8, 8)


def measured(entities: tuple[str, ...] = ("PERSON", NASTY), value: str = "Ann Example") -> Measured:
    curve = (np.linspace(0.8, 1, len(THRESHOLDS)), np.linspace(1, 0, len(THRESHOLDS)))
    texts = {
        str(index): tuple((entity, HIT if index % 3 else MISS) for entity in entities) for index in range(12)
    }
    return Measured(
        entities=entities,
        precise=np.ones(len(entities), dtype=bool),
        rows=texts,
        files={"one.jsonl": tuple(texts.values()), f"{NASTY}.jsonl": ()},
        unlabelled={"URL": 3},
        confusions={(entities[0], entities[0]): 8, (entities[0], ""): 4, ("", entities[-1]): 2},
        misses=(Passage(entities[0], "a.jsonl:1", 8, "see ", value, f" {NASTY}"),),
        alarms=(Passage(entities[-1], "a.jsonl:2", 8, "", value, "", "test.rule 0.50"),),
        curves=dict.fromkeys(("", *entities), curve),
        thresholds=dict.fromkeys(entities, 0.4),
        milliseconds=np.array([0.5, 2, 3, 70.0]),
    )


def page(context: bool = True, **made: object) -> str:  # noqa: FBT001, FBT002
    return report_text(Summary(measured(**made)), SETUP, made="2026-11-21 12:00 UTC", context=context)


class Reading(HTMLParser):
    """The tags of a page with their attributes, and what stands open at its end."""

    void = frozenset({"meta", "br", "link", "img", "input", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_tag_is_closed():
    assert Reading(page()).open == []


def test_the_page_needs_nothing_from_elsewhere():
    reading = Reading(page())

    assert not {"script", "link", "img", "iframe", "object", "use", "image"} & {
        tag for tag, _ in reading.tags
    }
    assert not [attrs for _, attrs in reading.tags if {"src", "href", "xlink:href", "srcset"} & set(attrs)]
    assert not re.search(r"url\(|@import|https?:", page())
    assert "default-src 'none'" in page()


def test_what_stands_in_names_and_texts_is_no_markup():
    assert "<script" not in page()
    assert "&lt;script&gt;" in page()


def test_the_page_says_at_its_top_that_it_holds_texts():
    assert page().index("holds passages of the data") < page().index("Entity by entity")
    assert "Ann Example" in page()


def test_without_context_no_text_is_shown():
    without = page(context=False)

    assert "Ann Example" not in without
    assert "Worst misses" not in without
    assert "nothing of the texts" in without


def test_each_entity_has_its_numbers_with_intervals():
    row = re.search(r"<tr><td>PERSON</td>.*?</tr>", page(), re.DOTALL).group()

    assert re.findall(r"<td>([\d.]+)<small>([\d.]+–[\d.]+)</small>", row)
    assert row.count("<td>66.7<small>") == 1  # recall


def test_a_comparison_says_what_is_worse():
    before = Saved(SETUP, frozenset({"PERSON"}), {str(n): (("PERSON", HIT),) for n in range(12)})
    summary = Summary(measured(("PERSON",)))
    comparison = compare(before, summary.measured)
    told = report_text(summary, SETUP, comparison, ["other types"], made="now")

    assert '<span class="worse">−33.3 worse</span>' in told
    assert "Note: other types." in told


def test_characters_that_do_not_show_are_shown():
    assert visible("a\u200bb\u202ec\nd\ud800") == "a⟨200B⟩b⟨202E⟩c ⏎ d⟨D800⟩"


def test_a_page_with_half_a_surrogate_pair_can_be_written():
    assert page(value="Ann \udc00").encode()


def drawn() -> list[str]:
    summary = Summary(measured())
    return [
        charts.bars(summary.lines),
        charts.thresholds("PERSON", summary.measured.curves["PERSON"], 0.4),
        charts.confusions(summary.measured.confusions),
        charts.latency(summary.measured.milliseconds),
    ]


@pytest.mark.parametrize("index", range(4), ids=["bars", "thresholds", "confusions", "latency"])
def test_a_chart_is_whole_and_nothing_is_drawn_outside(index):
    root = ElementTree.fromstring(drawn()[index])
    _, _, width, height = map(float, root.get("viewBox").split())

    assert root.find("title").text
    for shape in root.iter("rect"):
        assert float(shape.get("x")) >= 0
        assert float(shape.get("x")) + float(shape.get("width")) <= width
        assert float(shape.get("y")) + float(shape.get("height")) <= height
    for line in root.iter("line"):
        assert all(0 <= float(line.get(end)) <= width for end in ("x1", "x2"))


def test_a_bar_is_as_long_as_its_number():
    summary = Summary(measured(("PERSON",)))
    root = ElementTree.fromstring(charts.bars(summary.lines[:1]))
    (recall,) = [shape for shape in root.iter("rect") if shape.get("class") == "recall"]

    assert float(recall.get("width")) == pytest.approx(640 * 8 / 12, abs=0.1)
    assert recall.find("title").text.startswith("PERSON: recall 66.7 %")


def test_every_label_and_false_alarm_is_in_a_cell():
    pairs = {("A", "A"): 5, ("A", ""): 2, ("A", "C"): 1, ("B", "A"): 3, ("", "A"): 4}
    rows, columns, cells = charts.grid(pairs)

    assert rows == ["A", "B", "no label"]
    assert columns == ["not found", "A", "B", "C"]
    assert sum(cells.values()) == 15


def test_with_many_entities_the_rarest_have_no_row():
    pairs = {(f"E{index}", f"E{index}"): 100 - index for index in range(40)} | {("E0", "E39"): 1}
    rows, columns, cells = charts.grid(pairs)

    assert rows[0] == "E0"
    assert len(rows) == len(columns) - 2 < 20
    assert cells["E0", "others"] == 1


def test_an_empty_measurement_of_confusions_draws_none():
    assert charts.confusions({}) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.0"), (1.0, "100.0"), (0.99999, "99.9"), (0.00001, "0.1"), (0.93251, "93.3"), (None, "–")],
)
def test_only_all_is_100_and_only_nothing_0(value, text):
    assert share(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(-0.051, "−5.1"), (0.2, "+20.0"), (0.0, "0.0"), (-0.00001, "0.0")]
)
def test_a_difference_has_its_sign(value, text):
    assert signed(value) == text
