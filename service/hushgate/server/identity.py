"""Who calls, and what that lets them do: which call needs which role, whose tenant and agent it may name."""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(StrEnum):
    """What a caller may be trusted with."""

    AGENT = "agent"
    """Prepares and reviews, as one agent of the register."""
    LOG_WRITER = "log_writer"
    """Redacts."""
    TUNER = "tuner"
    """Sees why something is found."""
    OPERATOR = "operator"
    """Stops agents, changes policies, decides what is held, ends what is known of a subject."""
    PRIVACY_OFFICER = "privacy_officer"
    """Sees what a token stands for and what was decided, decides what is held, forgets a subject."""


_AGENTS = frozenset({Role.AGENT})
_OVERSEERS = frozenset({Role.OPERATOR, Role.PRIVACY_OFFICER})

NEEDS: Final[Mapping[str, frozenset[Role]]] = {
    "Prepare": _AGENTS,
    "Review": _AGENTS,
    "ReviewStream": _AGENTS,
    "EndSession": _AGENTS,
    "Redact": frozenset({Role.LOG_WRITER}),
    "RedactStream": frozenset({Role.LOG_WRITER}),
    "Explain": frozenset({Role.TUNER}),
    "ListRules": frozenset({Role.TUNER}),
    "ListAgents": _OVERSEERS,
    "SuspendAgent": _OVERSEERS,
    "ResumeAgent": frozenset({Role.OPERATOR}),
    "ListPolicies": _OVERSEERS,
    "GetPolicy": _OVERSEERS,
    "ActivatePolicy": frozenset({Role.OPERATOR}),
    "RollbackPolicy": frozenset({Role.OPERATOR}),
    "ShadowPolicy": frozenset({Role.OPERATOR}),
    "StopShadow": frozenset({Role.OPERATOR}),
    "GetShadow": _OVERSEERS,
    "ListReviews": _OVERSEERS,
    "GetReview": _OVERSEERS,
    "DecideReview": _OVERSEERS,
    "EraseSubject": _OVERSEERS,
    "RevealToken": frozenset({Role.PRIVACY_OFFICER}),
    "SearchAudit": _OVERSEERS,
    "VerifyAudit": _OVERSEERS,
}
"""By the call's name: who may make it has one of these roles. A call that is not here nobody may make."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls, once it is proven."""

    subject: str
    """The name that a log may have."""
    roles: frozenset[Role]
    tenants: frozenset[str] | None
    """Whose data it may name; None: anybody's."""
    agent: str = ""
    """The one agent that it is; empty: none in particular."""
    expires: float | None = None
    """Seconds since the epoch; None: never."""
    proven: bool = True
    """Whether it is proven who this is, or anybody who can connect is this."""

    def may(self, rpc: str) -> None:
        """Failure ROLE_REQUIRED unless it has a role that the call needs."""
        needed = NEEDS.get(rpc, frozenset())
        if not self.roles & needed:
            names = " or ".join(sorted(needed)) or "nobody"
            sentence = f"this call asks for the role of {names}"
            raise Failure(Reason.ROLE_REQUIRED, sentence, field=min(needed, default=""))

    def permit(self, rpc: str, request: Any) -> None:  # noqa: ANN401 - any request of the protos
        """Failure if the request names another's tenant or agent. An agent that it leaves out is filled in.

        UNAUTHENTICATED once the identity has expired, TENANT_UNKNOWN or AGENT_NOT_ALLOWED.
        """
        if self.expires is not None and time.time() >= self.expires:
            raise Failure(Reason.UNAUTHENTICATED, "the caller's token has expired")
        named = request
        if rpc == "ReviewStream":  # its first message names all
            if not request.HasField("start"):
                return
            named = request.start
        tenant = getattr(named, "tenant", None)
        if tenant is not None and self.tenants is not None and tenant not in self.tenants:
            sentence = "tenant is not one that the caller may name"
            raise Failure(Reason.TENANT_UNKNOWN, sentence, field="tenant")
        if self.agent and NEEDS[rpc] is _AGENTS and hasattr(named, "agent_id"):
            named.agent_id = named.agent_id or self.agent
            if named.agent_id != self.agent:
                sentence = "agent_id is not the caller's own"
                raise Failure(Reason.AGENT_NOT_ALLOWED, sentence, field="agent_id")


def anonymous(*, local: bool, reveal: bool) -> Identity:
    """Whoever can connect, where nobody has to prove who they are.

    ``local``: only callers on this machine can; ``reveal``: the operator lets them see values.
    """
    roles = {Role.AGENT, Role.LOG_WRITER, Role.TUNER}
    roles |= {Role.OPERATOR} if local else set()
    roles |= {Role.PRIVACY_OFFICER} if local and reveal else set()
    return Identity("a caller on this machine" if local else "anybody", frozenset(roles), None, proven=False)


_NOBODY = Identity("", frozenset(), frozenset())
_CALLER: ContextVar[Identity] = ContextVar("caller", default=_NOBODY)


def caller() -> Identity:
    """Who makes the call that this code answers."""
    return _CALLER.get()


def calling(identity: Identity) -> None:
    """From here on, in this call, the caller is this one."""
    _CALLER.set(identity)
