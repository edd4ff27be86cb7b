"""Where the server may listen: loopback or a Unix socket; elsewhere with TLS, or if told to be insecure."""

from __future__ import annotations

import ipaddress
import os
import socket
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

SOCKET_MODE = 0o660
"""Of a Unix socket: its owner and group may connect."""


@dataclass(frozen=True, slots=True)
class Address:
    """A TCP host and port, or the path of a Unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def parse(cls, listen: str, *, field: str = "listen") -> Address:
        """``127.0.0.1:50551``, ``[::1]:50551``, ``unix:///run/hushgate.sock``; else FIELD_INVALID."""
        if listen.startswith("unix:"):
            path = listen.removeprefix("unix:")
            path = "/" + path.lstrip("/") if path.startswith("//") else path
            if path.strip("/"):
                return cls(path=path)
        host, separator, port = listen.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not (separator and host and port.isascii() and port.isdecimal() and int(port) <= 65535):
            raise _refused(f"{listen!r} is not HOST:PORT, [HOST]:PORT or unix:///PATH", field)
        return cls(host=host, port=int(port))

    @property
    def is_local(self) -> bool:
        """Whether nothing outside this machine can connect."""
        if self.path or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def at(self, port: int) -> Address:
        """The same host with another port."""
        return Address(host=self.host, port=port)

    def __str__(self) -> str:
        """As gRPC and its clients write it."""
        if self.path:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def check(address: Address, *, tls: bool, insecure: bool, workers: int = 1, field: str = "listen") -> None:
    """Failure FIELD_INVALID, with the setting's name, if this is no address to listen at like this."""
    if not (address.is_local or tls or insecure):
        raise _refused(
            f"{address} can be reached from other machines: give --tls-cert and --tls-key, "
            "or --insecure if something else keeps the connection secret",
            field,
        )
    if address.path and workers > 1:
        raise _refused("a Unix socket is served by one worker: leave --workers at 1, or listen on a port")


@contextmanager
def reserved(address: Address, *, shared: bool) -> Iterator[Address]:
    """The address with its port chosen, which nobody else has; ``shared`` keeps it open for our own workers.

    A port that is shared (SO_REUSEPORT) would be shared silently with a second server too, so it is first
    taken alone. Failure FIELD_INVALID if it cannot be taken.
    """
    if address.path:
        yield address
        return
    with socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET) as place:
        try:
            with socket.socket(place.family) as alone:
                alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                alone.bind((address.host, address.port))
                port = alone.getsockname()[1]
            if shared:
                place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                place.bind((address.host, port))
        except OSError as error:
            raise _refused(f"{address}: {error.strerror}") from None
        yield address.at(port)


@contextmanager
def socket_file(address: Address) -> Iterator[None]:
    """Around the binding of a Unix socket: its file has SOCKET_MODE at once; a dead one is replaced.

    Failure FIELD_INVALID if another server is listening there, or if what stands there is no socket.
    """
    if not address.path:
        yield
        return
    path = Path(address.path)
    if path.exists():
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise _refused(f"{path} exists and is not a socket")
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(address.path) == 0:
                raise _refused(f"another server is listening on {address}")
    before = os.umask(0o777 & ~SOCKET_MODE)
    try:
        yield
    finally:
        os.umask(before)


def _refused(sentence: str, field: str = "listen") -> Failure:
    return Failure(Reason.FIELD_INVALID, f"{field}: {sentence}", field=field)
