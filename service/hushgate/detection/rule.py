"""What a rule is: one entry of a pack, as written."""

from __future__ import annotations

from dataclasses import dataclass, field

CONTEXT_RAISE = 0.35
"""What a context word nearby adds to a score, at most up to 1."""
UNLESS_LOWER = 0.35
"""What a word of ``unless`` nearby takes away."""
REPORTED = 0.4
"""The least score that is reported at all; a context word nearby lifts a score at least to this."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern for one kind of value. Says what is sensitive, never what becomes of it."""

    id: str
    """Permanent: ``<pack>.<name>``."""
    entity: str
    """Presidio's vocabulary where it has a word: ``CREDIT_CARD``."""
    pattern: str
    """Python's ``re`` dialect, of bounded width. A group ``value`` is what is found; else all is."""
    description: str = ""
    checksum: str = ""
    """The check that the found text must pass: a name in ``hushgate.detection.checks``; empty for none."""
    score: float = 0.5
    """0 to 1, before context."""
    context: tuple[str, ...] = ()
    """Words that raise the score when they stand near."""
    unless: tuple[str, ...] = ()
    """Words that lower it."""
    requires: tuple[str, ...] = ()
    """Words one of which must stand near for a finding at all."""
    asked: tuple[str, ...] = ()
    """Words one of which must stand in the question that the text answers; without one it is never tried."""
    overlaps: tuple[str, ...] = ()
    """Rules known to find more certainly on this rule's own examples, and rightly so."""
    profiles: tuple[str, ...] = ()
    """The profiles that its pack belongs to; none: every one."""
    references: tuple[str, ...] = ()
    matches: tuple[str, ...] = field(default=(), repr=False)
    """Texts in which the rule finds what stands between the marks ``«`` and ``»``, and nothing else."""
    ignores: tuple[str, ...] = field(default=(), repr=False)
    """Near misses: texts in which the rule finds nothing."""
