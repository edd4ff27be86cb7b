"""How a treated value looks: one function, from action, entity and value to what stands in its place.

Pseudonymising needs a session; its operator is handed in by whoever holds one.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from hushgate.finding import Action
from hushgate.transformation.generalizing import generalize
from hushgate.transformation.joinable import encrypted, hashed

if TYPE_CHECKING:
    from collections.abc import Callable

    from presidio_anonymizer.operators import Mask

    from hushgate.transformation.joinable import Keys

BLOCKED = "[BLOCKED]"
"""Stands for a whole text that a policy stops where there is no verdict to say so."""

_SHOWN = 4


def operate(  # noqa: PLR0911 - one return for each action, in the order of the enum
    action: Action,
    entity: str,
    value: str,
    *,
    keys: Keys,
    pseudonym: Callable[[str, str], str] | None = None,
) -> str:
    """What stands for ``value`` under ``action``.

    ``pseudonym(entity, value)`` answers the session's token; where there is no session, a token is made
    of the keyed hash, joinable and without a way back.
    """
    match action:
        case Action.KEEP:
            return value
        case Action.DROP:
            return ""
        case Action.REDACT:
            return f"[{entity}]"
        case Action.MASK:
            return mask(entity, value)
        case Action.LAST4:
            return last4(value)
        case Action.GENERALIZE:
            return generalize(entity, value)
        case Action.PSEUDONYMIZE if pseudonym is not None:
            return pseudonym(entity, value)
        case Action.HASH | Action.PSEUDONYMIZE:
            return hashed(entity, value, keys)
        case Action.ENCRYPT:
            return encrypted(entity, value, keys)
        case Action.BLOCK | Action.HOLD:
            return BLOCKED


def mask(entity: str, value: str) -> str:
    """Every letter and digit as ``*``; an e-mail address keeps its first letter and its last label."""
    if entity == "EMAIL_ADDRESS" and value.count("@") == 1 and "." in value.partition("@")[2]:
        local, _, domain = value.partition("@")
        host, _, top = domain.rpartition(".")
        return f"{local[:1]}{_star(local[1:], 0)}@{_star(host, 0)}.{top}"
    return _star(value, 0)


def last4(value: str) -> str:
    """All but the last four letters or digits as ``*``; of eight or fewer, no more than half are shown."""
    return _star(value, min(_SHOWN, sum(map(str.isalnum, value)) // 2))


def _star(value: str, shown: int) -> str:
    """Presidio's Mask over the letters and digits, laid back into the value's form."""
    bare = "".join(c for c in value if c.isalnum())
    masked = presidio_mask().operate(
        bare, {"masking_char": "*", "chars_to_mask": len(bare) - shown, "from_end": False}
    )
    stars = iter(masked)
    return "".join(next(stars) if c.isalnum() else c for c in value)


_AZURE = "presidio_analyzer.llm_utils.azure_auth_helper"
"""What Presidio's operators import if they can, for surrogates that Azure makes: with it comes the whole
analyzer and spaCy, a second and 88 MB."""


@cache
def presidio_mask() -> Mask:
    """Presidio's operator, imported on first use; the analyzer stays out where nothing could use it."""
    spared = find_spec("azure") is None and _AZURE not in sys.modules
    if spared:
        sys.modules[_AZURE] = None  # type: ignore[assignment] # import's own way to say that there is none
    try:
        from presidio_anonymizer.operators import Mask  # noqa: PLC0415 - see above
    finally:
        if spared:
            del sys.modules[_AZURE]
    return Mask()
