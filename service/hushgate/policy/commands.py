"""``hushgate policies``: what an operator asks of a server's policies, and what a policy says in words."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from hushgate.server.operating import Address, Because, asked

if TYPE_CHECKING:
    from hushgate.v1.admin_service_pb2 import PolicyVersion

policies = typer.Typer(no_args_is_help=True, help="The policies that a server decides by.")
By = Annotated[str | None, typer.Option(help="Who asks; the name of the account if not given.")]


@policies.command("list")
def list_(*, address: Address = None) -> None:
    """List the known policies, the active one first, and what is wrong with the files."""
    answer = asked(address, lambda client: client.list_policies())
    for policy in answer.policies:
        print(_line(policy))
    for problem in answer.problems:
        print(f"refused  {problem.file}:{problem.line}: {problem.sentence}")
    if answer.refused_files:
        times = "once" if answer.refused_files == 1 else f"{answer.refused_files} times"
        print(f"a changed file was refused {times} since the server began")


@policies.command()
def activate(
    version: Annotated[str, typer.Argument(help="The policy's version, or its digest.")],
    *,
    because: Because,
    by: By = None,
    address: Address = None,
) -> None:
    """Have a policy decide; or ask for it as one more person, where it needs several.

    Exit code 4 if it waits for another person.
    """
    answer = asked(
        address,
        lambda client: client.activate_policy(
            version=version, reason=because, requested_by=by or getpass.getuser()
        ),
    )
    waits = answer.HasField("pending")
    print(_line(answer.pending if waits else answer.policy))
    raise typer.Exit(4 if waits else 0)


@policies.command()
def rollback(*, because: Because, by: By = None, address: Address = None) -> None:
    """Take back what waits for approval; else have the policy before the active one decide again."""
    answer = asked(
        address,
        lambda client: client.rollback_policy(reason=because, requested_by=by or getpass.getuser()),
    )
    print(_line(answer.policy))


def _line(policy: PolicyVersion) -> str:
    words = [policy.version, policy.digest[:12]]
    if policy.active:
        words.append("active")
    if policy.pending:
        words.append(f"waits: {len(policy.approved_by)} of {policy.approvals_required} approvals")
    if policy.HasField("activated_at"):
        words.append(f"since {policy.activated_at.ToDatetime().isoformat(timespec='seconds')}Z")
    if policy.approved_by:
        words.append(f"by {', '.join(policy.approved_by)}")
    if policy.file:
        words.append(policy.file)
    return "  ".join(words)
