"""``hushgate agents``: who runs, what each may do and has touched, and how one is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hushgate.server.operating import Address, Because, asked

if TYPE_CHECKING:
    from hushgate.v1.admin_service_pb2 import Agent

AgentId = Annotated[str, typer.Argument(help="As the policy's register names it.")]
agents = typer.Typer(invoke_without_command=True, help="The agents: who runs, and how one is stopped.")


@agents.callback()
def _agents(context: typer.Context, *, address: Address = None) -> None:
    if context.invoked_subcommand is None:
        list_(address=address)


@agents.command("list")
def list_(*, address: Address = None) -> None:
    """List the agents: state, owner, approver, intents, what each has touched, and when it last called."""
    found = asked(address, lambda client: client.list_agents()).agents
    if not found:
        print("no agent is registered, and none has called")
    for agent in found:
        print(_written(agent))


@agents.command()
def suspend(agent_id: AgentId, *, because: Because, address: Address = None) -> None:
    """Stop an agent: on all workers and replicas within a second, open streams too."""
    answer = asked(address, lambda client: client.suspend_agent(agent_id=agent_id, reason=because))
    print(_written(answer.agent))


@agents.command()
def resume(agent_id: AgentId, *, because: Because, address: Address = None) -> None:
    """Let a suspended agent go on."""
    answer = asked(address, lambda client: client.resume_agent(agent_id=agent_id, reason=because))
    print(_written(answer.agent))


def _written(agent: Agent) -> str:
    """An agent in a few lines, each with what is known alone."""
    state = "active"
    if agent.suspended:
        since = agent.suspended_at.ToDatetime().isoformat(" ", "seconds")
        state = f"suspended since {since} UTC by {agent.suspended_by}: {agent.suspended_because}"
    seen = "never"
    if agent.HasField("last_seen"):
        seen = f"{agent.last_seen.ToDatetime().isoformat(' ', 'seconds')} UTC"
    lines = {
        "owner": agent.owner,
        "approved by": agent.approved_by,
        "purpose": agent.purpose,
        "intents": ", ".join(agent.intents),
        "sources": ", ".join(agent.sources),
        "destinations": ", ".join(agent.destinations),
        "autonomy": agent.autonomy + (f", watched by {agent.supervised_by}" if agent.supervised_by else ""),
        "last seen": seen,
        "touched": _counted(agent.counts),
        "entities": _counted(agent.entity_counts),
    }
    head = f"{agent.agent_id}  {state}" + ("" if agent.registered else "  (not in the register)")
    return "\n".join([head, *(f"  {name:<13}{text}" for name, text in lines.items() if text)])


def _counted(counts: object) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(dict(counts).items()))  # type: ignore[call-overload]
