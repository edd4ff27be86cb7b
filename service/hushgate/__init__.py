"""hushgate: what stands between a contact centre's data, its language model and its customers.

``Redactor`` is the in-process API. It is imported on first use, so that ``hushgate.client``
needs grpcio and protobuf alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate.finding import Action, Finding

if TYPE_CHECKING:
    from hushgate.redactor import Redaction, Redactor

__all__ = ["Action", "Finding", "Redaction", "Redactor"]


def __getattr__(name: str) -> object:
    """``Redactor`` and ``Redaction``, imported when first asked for (PEP 562)."""
    if name in {"Redaction", "Redactor"}:
        from hushgate import redactor  # noqa: PLC0415 - the client must not pay for the detectors

        return getattr(redactor, name)
    message = f"module 'hushgate' has no attribute {name!r}"
    raise AttributeError(message)
