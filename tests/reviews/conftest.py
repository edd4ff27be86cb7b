"""A gate on each kind of store, and the hand that holds a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hushgate.calls import Code, Ground, ReviewCall
from hushgate.deciding import in_session
from hushgate.finding import Action
from hushgate.gate import Gate
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.vault import Vault
from tests.sessions.conftest import redis_server, redis_store, store  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.server.assembly import Assembled

KEYS = TenantKeys.of(b"m" * 32)
CALL = ReviewCall(
    "acme", "s-1", "refund-bot", "order_status", "customer",
    recipient_id="c-1", request_id="r-1", text="Dana, your card 4111 1111 1111 1111 has its refund.",
)  # fmt: skip
SENT = "Dana, your card **** **** **** 1111 has its refund."
SHOWN = "Dana, your card [CREDIT_CARD] has its refund."


WHY = Ground(Code.ENTITY_NOT_ALLOWED, "a person must let it go", Action.HOLD)


class Clock:
    """A time that tests move."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    import time

    made = Clock()
    made.now = time.time()
    return made


@pytest.fixture
def replica(assembled: Assembled, store, clock: Clock) -> Callable[[], Gate]:  # noqa: F811
    """One more gate on the store."""

    def made() -> Gate:
        like = assembled.gate
        return Gate(
            detector=like._detector,
            vault=Vault(store, KEYS, clock=clock),
            policies=like.policies,
            keys=like._keys,
        )

    return made


def hold(gate: Gate, call: ReviewCall = CALL) -> str:
    """The name under which the draft waits now."""
    policy, name = gate.policies.active, gate.desk.new_name(call)
    in_session(gate.vault, call, lambda session: gate.desk.hold(call, policy, session, (WHY,), name))
    return name
