"""``hushgate drill``: the drills run one after the other, and what held in each."""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from hushgate.ending import end
from hushgate.server.operating import Address, asked

if TYPE_CHECKING:
    from hushgate.client import Client
    from hushgate.drill.drills import Drill
    from hushgate.drill.scene import Check, Scene

_NAMED_BY = {
    "AGENT_NOT_ALLOWED": "--agent",
    "BUDGET_EXHAUSTED": "--agent",
    "TENANT_UNKNOWN": "--tenant",
    "INTENT_UNKNOWN": "--intent",
}
"""What says who plays, where the server does not know them or lets them go no further: by its reason."""


def drill(
    *,
    address: Address = None,
    tenant: Annotated[str, typer.Option(help="A tenant of the policy.")] = "drill",
    intent: Annotated[str, typer.Option(help="An intent of the policy.")] = "order_status",
    agent: Annotated[
        str, typer.Option(help="The agent that is suspended and resumed: one that does no other work.")
    ] = "drill",
    signals: Annotated[
        str, typer.Option(help="Risk signals in the policy's words.")
    ] = "new_device,email_changed",
    skip: Annotated[list[str] | None, typer.Option(help="A drill to leave out; repeatable.")] = None,
    policy_file: Annotated[
        Path | None, typer.Option(help="The server's policy file: broken for some seconds, and put back.")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="The server's store: it takes no writes for some seconds.")
    ] = None,
    break_store: Annotated[str, typer.Option(help="Program that takes the store away, if not so.")] = "",
    mend_store: Annotated[str, typer.Option(help="Program that brings it back.")] = "",
) -> None:
    """Run the failure drills against a running server, with test values in sessions that are ended after.

    Prints what held. Exit code 1 if anything did not, or was not tried.
    """
    from hushgate.drill.drills import DRILLS, POLICY_FILE, STORE_GONE, policy_file_broken, store_gone
    from hushgate.drill.outages import by_programs, of_store
    from hushgate.drill.scene import Scene
    from hushgate.settings import Settings, comma_separated

    named = by_programs(break_store, mend_store) if break_store and mend_store else None
    outage = named or of_store(store if store is not None else Settings.read().store)
    drills = {**DRILLS, POLICY_FILE: policy_file_broken(policy_file), STORE_GONE: store_gone(outage)}
    for name in skip or []:
        if drills.pop(name, None) is None:
            end(f"there is no drill {name}; there are {', '.join(drills)}")

    def run(client: Client) -> bool:
        scene = Scene(client, tenant, intent, agent, comma_separated(signals))
        held = [_run(name, each, scene) for name, each in drills.items()]
        return all(held)

    sys.exit(0 if asked(address, run) else 1)


def _run(name: str, drill: Drill, scene: Scene) -> bool:
    """Whether all of it held; says so."""
    checks = _checks(drill, scene)
    held = sum(check.held for check in checks)
    tried = any(check.tried for check in checks if not check.held)
    said = "held" if held == len(checks) else "NOT HELD" if tried else "not tried"
    print(f"{said:9}  {name}: {held} of {len(checks)}")
    for check in checks:
        if not check.held:
            print(f"           {check.what}: no{f' ({check.why})' if check.why else ''}", flush=True)
    return held == len(checks)


def _checks(drill: Drill, scene: Scene) -> list[Check]:
    from hushgate.client import HushgateError
    from hushgate.drill.scene import UNAVAILABLE, Check

    found: list[Check] = []
    try:
        found += drill(scene)
    except HushgateError as error:
        why = f"{error.reason} {error}".strip()
        if error.reason == "BUDGET_EXHAUSTED" or (not found and error.reason in _NAMED_BY):
            why = f"{UNAVAILABLE}: {why}; name another with {_NAMED_BY[error.reason]}"
        found.append(Check("the drill can be run", held=False, why=why))
    finally:
        scene.end()
    return found
