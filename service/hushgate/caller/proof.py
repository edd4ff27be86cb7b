"""How a caller proves who it is: a token with each call, a certificate with the connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import grpc

from hushgate.caller.errors import Refused

Token: TypeAlias = str | Callable[[], str]
"""A signed token, or what answers one: it is asked at every call, so that a token can be renewed."""
_LOCAL = ("unix:", "localhost:", "127.", "[::1]:")


@dataclass(frozen=True, slots=True)
class Tls:
    """A connection by TLS, from PEM files."""

    authority: str | Path | None = None
    """Who has signed the server's certificate; None: whom the system trusts."""
    certificate: str | Path | None = None
    """The caller's own, where the server asks for one."""
    key: str | Path | None = field(default=None, repr=False)
    """The certificate's."""

    def credentials(self) -> grpc.ChannelCredentials:
        """As gRPC takes them."""
        authority, key, certificate = (
            None if path is None else Path(path).read_bytes()
            for path in (self.authority, self.key, self.certificate)
        )
        return grpc.ssl_channel_credentials(authority, key, certificate)


def metadata(address: str, token: Token | None, tls: Tls | None) -> tuple[tuple[str, str], ...]:
    """What goes with a call. Refused where the token would cross a network in the clear."""
    if token is None:
        return ()
    if tls is None and not address.startswith(_LOCAL):
        sentence = "a token goes only over TLS or to a server on this machine"
        raise Refused(sentence, reason="FIELD_INVALID", field="tls")
    return (("authorization", f"Bearer {token if isinstance(token, str) else token()}"),)
