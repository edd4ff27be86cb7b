"""What the audit log says of a call that was refused: by whom, as far as it is proven, and why; no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate.audit.refusals import refusal
from hushgate.server.frame import CANCELLED
from hushgate.server.identity import caller

if TYPE_CHECKING:
    from hushgate.server.assembly import Assembled
    from hushgate.server.log import Line


class Refusing:
    """Is told of every call, in the call's own context, and writes down those that had no answer."""

    def __init__(self, assembled: Assembled) -> None:
        self._assembled = assembled

    def call(self, line: Line) -> None:
        """A call is over. Who has gone away was not refused."""
        if not line.reason or line.written or line.reason == CANCELLED:
            return
        who, policies = caller(), self._assembled.policies
        proven = line.tenant in (who.tenants or ())
        listed = any(line.tenant in (policy.tenants or ()) for policy in policies)
        self._assembled.audit.refused(
            refusal(
                line.rpc,
                line.reason,
                actor=who.subject,
                tenant=line.tenant if proven or listed else "",
                agent=self._agent(line.agent),
            )
        )

    def _agent(self, agent_id: str) -> str:
        """As the register names it; a keyed hash of what may be any text."""
        register = self._assembled.policies[0].agents or {}
        if not agent_id or agent_id in register:
            return agent_id
        return self._assembled.gate.trail.agent_mark(agent_id)
