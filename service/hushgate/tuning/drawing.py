"""How a chart is written: SVG elements that take their colours from the page, and scales to pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from xml.etree.ElementTree import Element, tostring  # only written here, never read

Scale: TypeAlias = Callable[[float], float]

CHARACTER = 8.4
"""Pixels of a character of chart text, on the wide side."""


def node(tag: str, *children: Element | str, **attributes: object) -> Element:
    """An element; ``stroke_width=2`` is ``stroke-width="2"``, ``class_`` is ``class``."""
    element = Element(tag, {_name(name): _value(value) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, str):
            element.text = child
        else:
            element.append(child)
    return element


def _name(name: str) -> str:
    return name if name == "viewBox" else name.rstrip("_").replace("_", "-")


def _value(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def text(x: float, y: float, content: str, *, class_: str = "", anchor: str = "start") -> Element:
    """A line of text with its baseline at ``y``."""
    return node("text", content, x=x, y=y, text_anchor=anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Element:
    """A straight line."""
    return node("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def box(x: float, y: float, width: float, height: float, class_: str, *, said: str = "") -> Element:
    """A rectangle; ``said`` shows when one points at it, and is read out."""
    children = (node("title", said),) if said else ()
    return node("rect", *children, x=x, y=y, width=max(width, 0.0), height=height, class_=class_)


def chart(width: float, height: float, said: str, *children: Element) -> str:
    """A whole chart as markup for a page. It shrinks with the page and never grows beyond its size."""
    root = node(
        "svg",
        node("title", said),
        *children,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        role="img",
        class_="chart",
    )
    return tostring(root, encoding="unicode")


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """Values from ``low`` to ``high`` onto pixels from ``start`` to ``end``."""
    return lambda value: start + (value - low) / (high - low) * (end - start)


def room(names: list[str]) -> float:
    """Pixels that the longest of the names takes."""
    return CHARACTER * max((len(name) for name in names), default=0)


def shortened(name: str, longest: int = 26) -> str:
    """The name, cut where it is too long to stand in a chart."""
    return name if len(name) <= longest else name[: longest - 1] + "…"
