"""Where Prometheus fetches the metrics: one HTTP port for all workers, which count into files.

One process serves what it holds in memory. Several write into a private directory, each under its place, so
that a worker that is started anew goes on counting where the last one ended.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hushgate.failure import Failure, Reason
from hushgate.server.address import Address, check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prometheus_client import CollectorRegistry

    from hushgate.policy.model import Policy
    from hushgate.server.metrics import Metrics
    from hushgate.settings import Settings

_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client looks for the directory of several processes."""


@dataclass(frozen=True, slots=True)
class Share:
    """One worker's part of what is counted."""

    folder: Path
    place: int
    """The worker's, from 0; no two that run have the same."""


def metrics_of(entities: Iterable[str], policies: Sequence[Policy], share: Share | None) -> Metrics:
    """What this process counts. To be called once, before anything else imports prometheus-client.

    ``entities``: what can be found; ``policies``: the active one first;
    ``share``: None for a process that serves its metrics itself.
    """
    if share is not None:
        os.environ[_FOLDER] = str(share.folder)
        from prometheus_client import values  # noqa: PLC0415 - reads the environment

        values.ValueClass = values.MultiProcessValue(lambda: share.place)  # type: ignore[no-untyped-call]
    from hushgate.server.metrics import Metrics, Words  # noqa: PLC0415 - as above

    metrics = Metrics(Words.of(entities, policies))
    told(metrics, entities, policies)
    return metrics


def told(metrics: Metrics, entities: Iterable[str], policies: Sequence[Policy]) -> None:
    """Tell the metrics which policies there are from now on, the active one first."""
    from hushgate.server.metrics import Words  # noqa: PLC0415 - as above

    metrics.know(Words.of(entities, policies), policies[0])


@contextmanager
def served(settings: Settings, registry: CollectorRegistry) -> Iterator[str]:
    """Answer Prometheus at ``settings.metrics``; where, to be said to people. Nothing where none is set.

    With the server's certificate, where it has one. Failure FIELD_INVALID if it cannot be listened to.
    """
    if not settings.metrics:
        yield ""
        return
    from prometheus_client import start_http_server  # noqa: PLC0415 - only where it is needed

    address = checked(settings)
    try:
        server, thread = start_http_server(
            address.port,
            address.host,
            registry,
            certfile=str(settings.tls_cert) if settings.tls_cert else None,
            keyfile=str(settings.tls_key) if settings.tls_key else None,
            client_cafile=str(settings.tls_client_ca) if settings.tls_client_ca else None,
            client_auth_required=settings.tls_client_ca is not None,
        )
    except OSError as error:
        raise _refused(f"{address} cannot be listened to: {error.strerror}") from None
    try:
        yield f"; metrics on {address.at(server.server_port)}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def checked(settings: Settings) -> Address:
    """Where the metrics are served. Failure FIELD_INVALID if they cannot be there."""
    address = Address.parse(settings.metrics, field="metrics")
    if address.path:
        raise _refused("must be HOST:PORT")
    check(address, tls=settings.tls_cert is not None, insecure=settings.insecure, field="metrics")
    return address


class Shares:
    """What several workers count, in one directory that is gone when the server is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, place: int) -> Share:
        """For a worker that begins; what said that the one before it was alive is taken back."""
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - only where needed

        mark_process_dead(place, str(self._folder))  # type: ignore[no-untyped-call]
        return Share(self._folder, place)


@contextmanager
def shared(settings: Settings) -> Iterator[tuple[Shares | None, str]]:
    """What the workers count into, served by this process; None and "" where no metrics are asked for.

    Failure FIELD_INVALID if the address or the directory for temporary files does not allow it.
    """
    if not settings.metrics:
        yield None, ""
        return
    from prometheus_client import CollectorRegistry  # noqa: PLC0415 - only where it is needed
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - as above

    try:
        place = tempfile.TemporaryDirectory(prefix="hushgate-metrics-", ignore_cleanup_errors=True)
    except OSError:
        raise _refused("workers count in files: set TMPDIR to a directory that can be written") from None
    with place as folder:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        with served(settings, registry) as said:
            yield Shares(Path(folder)), said


def _refused(sentence: str) -> Failure:
    return Failure(Reason.FIELD_INVALID, f"metrics: {sentence}", field="metrics")
