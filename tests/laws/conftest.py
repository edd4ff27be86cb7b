"""What the laws about one draft leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hushgate.sessions.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def each_draft_alone() -> Iterator[None]:
    """Digits that earlier drafts gave out count for the next one, and so a draft would meet itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "tell", lambda *_: None)
        yield
