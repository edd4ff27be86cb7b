"""Where things are read from and how much is let in: defaults, the environment, then flags; checked once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

PREFIX = "HUSHGATE_"
_KUBERNETES = (f"{PREFIX}SERVICE_", f"{PREFIX}PORT")
"""What Kubernetes puts into every pod's environment for a Service of the name hushgate."""
NO_NAMES = "none"
"""As the name model: none is loaded, names are left to records and phrases."""

_LEAST_KEY = 32
_MOST_WORKERS = 256
_MOST_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set. Each field is ``HUSHGATE_`` and its name in capitals in the environment."""

    listen: str = "127.0.0.1:50551"
    """``HOST:PORT`` or ``unix:///PATH``."""
    policies: tuple[Path, ...] = ()
    """Policy files; empty: the shipped one. The first is the active one."""
    recognizers: tuple[Path, ...] = ()
    """Directories or files of packs beside the shipped ones; a pack of the same file name replaces it."""
    shadow_recognizers: tuple[Path, ...] = ()
    """What a shadow that tries other packs has in the place of ``recognizers``; read when it starts."""
    profiles: tuple[str, ...] = ()
    """Profiles whose packs count, or packs by their names; empty: all packs."""
    names: str = ""
    """The name model: a directory or an installed package; empty: the shipped one; ``none``: none."""
    note_model: Path | None = None
    """A folder with a model of sentences, by which internal notes are known in other words; None: none."""
    presidio: tuple[str, ...] = ()
    """Presidio recognizers: ``module:Class`` or a registry YAML file, each."""
    store: str = field(default="", repr=False)
    """Where sessions are kept, as a URL; empty: where it suits the workers, until the server ends."""
    key: str = field(default="", repr=False)
    """The master key itself, 32 characters or more, or a ring; ``key_file`` is the better place."""
    key_file: Path | None = None
    """A file that holds the master key, 32 bytes or more, or a ring of them; read anew as it changes."""
    key_command: str = ""
    """What unwraps the ring's keys, where a key service holds them: a program and its arguments."""
    audit: Path | None = None
    """The directory of the audit log; None: there is none, for trials."""
    audit_key_file: Path | None = None
    """The Ed25519 key, PEM, that signs the log; made where there is none; None: ``signing.key`` beside it."""
    audit_sync: bool = False
    """Whether each entry reaches the disk before its answer goes out, and not only the operating system."""
    audit_buffer: int = 0
    """Entries that may wait in memory while the log cannot be written; 0: calls fail meanwhile."""
    audit_days: int = 0
    """After how many days files of the log are deleted; 0: never."""
    session_seconds: int = 86_400
    """How long a session lives after its first call."""
    workers: int = 1
    """Server processes."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    """Clients must show a certificate that one of these authorities signed."""
    client_identities: Path | None = None
    """By the name of a client's certificate, who that is: a YAML file, read anew as it changes."""
    token_keys: Path | None = None
    """Public keys that callers' tokens are signed for, JWK set or PEM; read anew as it changes."""
    token_audience: str = "hushgate"  # noqa: S105 - no secret
    """What a token's ``aud`` must name."""
    token_issuer: str = ""
    """What a token's ``iss`` must be; empty: anything."""
    client_token_file: Path | None = None
    """For commands that ask a server: a file with the token that says who asks."""
    client_tls_ca: Path | None = None
    """For commands that ask a server by TLS: who has signed its certificate."""
    client_tls_cert: Path | None = None
    """For commands that ask a server by TLS: the certificate that says who asks."""
    client_tls_key: Path | None = None
    insecure: bool = False
    """Whether to listen where others can reach it without TLS."""
    metrics: str = ""
    """``HOST:PORT`` where Prometheus may fetch metrics; empty: nowhere."""
    traces: str = ""
    """Where traces go, as OTLP over gRPC: ``http://HOST:PORT``, or https; empty: nowhere."""
    reveal: bool = False
    """Whether callers on this machine may see what tokens stand for, where they prove no role."""
    max_text: int = 1_000_000
    """Code points of one text or JSON document."""
    max_messages: int = 200
    max_records: int = 100
    max_items: int = 1000
    """Items of one Redact request."""
    max_message_bytes: int = 4 * 1024 * 1024
    """Bytes of one gRPC message."""
    drain_seconds: float = 1.0
    """On SIGTERM: how long health says NOT_SERVING before no new call is taken."""
    grace_seconds: float = 10.0
    """On SIGTERM, after that: how long the calls under way may take to finish."""

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, **flags: object) -> Settings:
        """Settings from the environment (the process's own if not given) and from flags that are not None.

        In the environment, paths are separated as in PATH, other lists by commas. Fails with FIELD_INVALID.
        """
        environment = os.environ if environment is None else environment
        known = {PREFIX + each.name.upper() for each in fields(cls)}
        for name in environment:
            # A policy that is set under a wrong name must not leave the shipped one in force.
            if name.startswith(PREFIX) and name not in known and not name.startswith(_KUBERNETES):
                raise Failure(Reason.FIELD_INVALID, f"{name} is no setting of hushgate", field=name)
        given: dict[str, Any] = {}
        for each in fields(cls):
            text = environment.get(PREFIX + each.name.upper(), "")
            if text:
                given[each.name] = _READERS[str(each.type)](PREFIX + each.name.upper(), text)
        given |= {name: value for name, value in flags.items() if value is not None and value != ()}
        settings = cls(**given)
        settings._check()
        return settings

    def master_key(self) -> bytes | None:
        """The master key, or the ring as written; None where nobody set one. Fails with FIELD_INVALID."""
        if self.key_file is None:
            return self.key.encode() or None
        try:
            return self.key_file.read_bytes().rstrip(b"\r\n")
        except OSError as error:
            raise _invalid("key_file", f"{self.key_file} cannot be read: {error.strerror}") from None

    def _check(self) -> None:
        key = self.master_key()
        if key is not None and len(key) < _LEAST_KEY:
            raise _invalid("key_file" if self.key_file else "key", f"must hold {_LEAST_KEY} bytes or more")
        if not 1 <= self.workers <= _MOST_WORKERS:
            raise _invalid("workers", f"must be from 1 to {_MOST_WORKERS}")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise _invalid("tls_cert", "and tls_key come together")
        if self.client_identities is not None and self.tls_client_ca is None:
            raise _invalid("client_identities", "needs tls_client_ca, which vouches for their certificates")
        for name in (
            "max_text",
            "max_messages",
            "max_records",
            "max_items",
            "max_message_bytes",
            "session_seconds",
        ):
            if getattr(self, name) < 1:
                raise _invalid(name, "must be 1 or more")
        for name in ("audit_buffer", "audit_days"):
            if getattr(self, name) < 0:
                raise _invalid(name, "must be 0 or more")
        for name in ("policies", "recognizers"):
            for path in getattr(self, name):
                if not path.exists():
                    raise _invalid(name, f"{path} does not exist")


def shipped(name: str) -> Path:
    """The directory ``recognizers`` or ``policies`` that comes with hushgate: in the wheel, or in a checkout.

    Fails with INTERNAL when the installation is not whole.
    """
    package = Path(__file__).parent
    for path in (package / name, package.parent.parent / name):
        if path.is_dir():
            return path
    raise Failure(Reason.INTERNAL, f"this installation of hushgate has no {name}")


def yaml_files(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The YAML files of the directories, each with all below it, and the files that stand there themselves.

    In the order given, sorted within a directory. Of two with the same path below their directories, the
    later one counts, in the place of the first.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            for file in sorted(each for each in path.rglob("*.y*ml") if each.suffix in {".yaml", ".yml"}):
                found[file.relative_to(path)] = file
        else:
            found[Path(path.name)] = path
    return tuple(found.values())


def each_yaml_file(paths: Iterable[Path]) -> tuple[Path, ...]:
    """As ``yaml_files``; but none counts in the place of another that only has its name."""
    return tuple(dict.fromkeys(file for path in paths for file in yaml_files((path,))))


def _invalid(name: str, sentence: str) -> Failure:
    return Failure(Reason.FIELD_INVALID, f"{name} {sentence}", field=name)


def _paths(_: str, text: str) -> tuple[Path, ...]:
    return tuple(Path(part) for part in text.split(os.pathsep) if part)


def comma_separated(text: str) -> tuple[str, ...]:
    """The parts of a list; a colon may belong to a part, as in ``module:Class``."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise _invalid(name, "must be a whole number")
    return int(text)


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < _MOST_SECONDS:
        raise _invalid(name, f"must be seconds, less than {_MOST_SECONDS}")
    return seconds


def _yes_or_no(name: str, text: str) -> bool:
    if text.lower() not in {"1", "true", "yes", "0", "false", "no"}:
        raise _invalid(name, "must be true or false")
    return text.lower() in {"1", "true", "yes"}


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "str": lambda _, text: text,
    "int": _whole,
    "float": _seconds,
    "bool": _yes_or_no,
    "Path | None": lambda _, text: Path(text),
    "tuple[Path, ...]": _paths,
    "tuple[str, ...]": lambda _, text: comma_separated(text),
}
