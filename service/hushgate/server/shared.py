"""Where workers keep sessions when nobody says where: beside the server, for as long as it runs."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushgate.settings import Settings

_KEY_BYTES = 32


@contextmanager
def shared(settings: Settings) -> Iterator[Settings]:
    """The settings with a store that several workers can open, in a private directory that is gone after.

    Where a store is named, the settings are as they were; where no key is, there is a random one, which is
    nowhere but in the memory of these processes. Failure STORE_UNAVAILABLE if no directory can be made.
    """
    if settings.store:
        yield settings
        return
    try:
        place = tempfile.TemporaryDirectory(prefix="hushgate-", ignore_cleanup_errors=True)  # mode 0700
    except OSError:
        sentence = "workers share sessions in a file: give --store sqlite:///PATH and a key, or set TMPDIR"
        raise Failure(Reason.STORE_UNAVAILABLE, sentence, field="store") from None
    with place as directory:
        store = f"sqlite://{Path(directory, 'sessions.db').absolute()}"
        if settings.master_key() is None:
            settings = replace(settings, key=secrets.token_hex(_KEY_BYTES))
        yield replace(settings, store=store)
