"""Who may do what an ordinary caller may not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hushgate.failure import Failure, Reason


class Role(StrEnum):
    """What a person may be trusted with."""

    ERASER = "eraser"
    """Ends the sessions that know a subject."""
    REVEALER = "revealer"
    """Sees what a token stands for."""
    OPERATOR = "operator"
    """Stops agents and lets them go on."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Which roles a caller has. As long as callers have no identity, the operator's settings decide."""

    local: bool
    """Only callers on this machine can connect."""
    reveal: bool
    """The operator lets them see values."""

    def require(self, role: Role) -> None:
        """Failure ROLE_REQUIRED if the caller has not this role."""
        has = {Role.OPERATOR: self.local, Role.ERASER: self.local, Role.REVEALER: self.local and self.reveal}
        if not has[role]:
            raise Failure(
                Reason.ROLE_REQUIRED, f"this call asks for the role of {role.value}", field=role.value
            )
