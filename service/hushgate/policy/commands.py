"""``hushgate policies``: what a policy says and would change, and what an operator asks of a server's."""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import getpass
import sys
from itertools import groupby
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from hushgate.options import READING, takes
from hushgate.policy.activation import SHORT_DIGEST
from hushgate.server.operating import Address, Because, asked
from hushgate.settings import Settings  # noqa: TC001 - typer reads the annotations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.corpus import Effect
    from hushgate.policy.changes import Change
    from hushgate.policy.model import Policy
    from hushgate.v1.admin_service_pb2 import PolicyShadow, PolicyVersion

_IDS = 10
"""Ids of changed items that are printed unasked."""
policies = typer.Typer(no_args_is_help=True, help="The policies that a server decides by.")
shadow = typer.Typer(
    no_args_is_help=True, help="A policy that runs beside the active one, and decides nothing."
)
policies.add_typer(shadow, name="shadow")
_NAMED = "A policy's file; or the version or digest, or `active`, of one that a server holds"
By = Annotated[str | None, typer.Option(help="Who asks; the name of the account if not given.")]


@policies.command()
@takes("recognizers", "profiles", "presidio")
def check(
    paths: Annotated[
        list[Path], typer.Argument(metavar="[DIR|FILE]...", help="Policies and profiles, or folders of them.")
    ],
    *,
    settings: Settings,
) -> None:
    """Check policies and profiles whole, and run the tests of policies. Exit code 1 if there is a problem.

    Every problem is a line `FILE:LINE: sentence`.
    """
    from hushgate.lint import counted, lint_policies
    from hushgate.settings import each_yaml_file

    files = each_yaml_file(paths)
    problems = lint_policies(files, settings)
    for problem in problems:
        print(problem)
    if not problems:
        print(f"{counted(files)}: no problem")
    sys.exit(1 if problems else 0)


@policies.command()
def explain(
    intent: Annotated[
        str | None, typer.Argument(help="The intent, as the policy names it; without one, all are listed.")
    ] = None,
    *,
    policy: Annotated[
        str | None, typer.Option(help=f"{_NAMED}; without --address, the one that is set or shipped.")
    ] = None,
    address: Address = None,
) -> None:
    """Say in plain words what an intent lets through, to whom, and which agents may use it."""
    from hushgate.policy.named import named_or_set
    from hushgate.policy.words import explained, intents

    said = named_or_set(policy, address)
    print(explained(said, intent) if intent else intents(said))


@policies.command()
@takes(*(each for each in READING if each != "policies"))
def diff(
    old: Annotated[str, typer.Argument(help=f"{_NAMED}.")],
    new: Annotated[str, typer.Argument(help="What is to take its place, named alike.")],
    *,
    corpus: Annotated[
        list[Path] | None,
        typer.Option(help="JSON lines of texts, PrepareRequests or ReviewRequests; repeatable."),
    ] = None,
    ids: Annotated[
        bool, typer.Option("--ids", help="Print the id of every item that is answered otherwise.")
    ] = False,
    address: Address = None,
    settings: Settings,
) -> None:
    """Say which rules are others in NEW, and with `--corpus`, which answers would be.

    Both policies answer every line of the corpus; what differs is counted by intent, entity and action. No
    text is printed. Lines of one `session_id` are one conversation, in their order.
    """
    from hushgate.policy.changes import changes
    from hushgate.policy.named import named

    policies = named(old, address), named(new, address)
    print("\n".join(_told(changes(*policies))) or "no rule is another")
    if corpus:
        effect = _effect(*policies, corpus, settings)
        print("\n" + "\n".join(_counted(effect, len(effect.changed) if ids else _IDS)))


def _told(changes: Sequence[Change]) -> Iterator[str]:
    """The changes under where they are; where several places change alike, under all of them."""
    places: dict[tuple[Change, ...], list[str]] = {}
    for where, each in groupby(changes, key=lambda change: change.where):
        places.setdefault(tuple(change.elsewhere for change in each), []).append(where)
    for alike, where in places.items():
        yield "; ".join(where)
        yield from (f"  {change}" for change in alike)


def _effect(old: Policy, new: Policy, corpus: Sequence[Path], settings: Settings) -> Effect:
    from hushgate.assembly import load_detector, load_keys
    from hushgate.candidate import Candidate
    from hushgate.corpus import effect, read_corpus

    detector, keys = load_detector(settings), load_keys(settings)
    before, after = (Candidate.of(each, detector, keys, max_text=settings.max_text) for each in (old, new))
    return effect(before, after, (item for file in corpus for item in read_corpus(file)))


def _counted(effect: Effect, most_ids: int) -> Iterator[str]:
    changed = len(effect.changed)
    share = f" ({changed / effect.items:.1%})" if effect.items else ""
    yield f"{changed} of {effect.items} answers change{share}"
    for difference, count in sorted(effect.differences.items(), key=lambda item: (-item[1], item[0])):
        yield _row(difference, count)
    for name in effect.changed[:most_ids]:
        yield f"changed  {name}"
    if changed > most_ids:
        yield f"and {changed - most_ids} more, which --ids prints"


def _row(difference: tuple[str, ...], count: int) -> str:
    """A line of how often something is one way, and would be another."""
    rpc, intent, kind, what, before, after = difference
    became = f": {before} → {after}" if before or after else " alone"
    return f"  {count:>6}  {f'{rpc} {intent}'.strip()}  {f'{kind} {what}'.strip()}{became}"


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
    version: Annotated[
        str, typer.Argument(help="The policy's version, or its digest, of which `list` shows enough.")
    ],
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


@shadow.command()
def start(
    version: Annotated[str, typer.Argument(help="The candidate's version, or its digest.")],
    *,
    recognizers: Annotated[
        bool, typer.Option("--recognizers", help="Try the packs of the servers' --shadow-recognizers, too.")
    ] = False,
    because: Because,
    by: By = None,
    address: Address = None,
) -> None:
    """Have a policy run beside the active one on live calls. It changes nothing; what it would is counted."""
    answer = asked(
        address,
        lambda client: client.shadow_policy(
            version=version, recognizers=recognizers, reason=because, requested_by=by or getpass.getuser()
        ),
    )
    print("\n".join(_shadowed(answer.shadow)))


@shadow.command()
def stop(*, because: Because, by: By = None, address: Address = None) -> None:
    """End the shadow, and print what it would have changed."""
    answer = asked(
        address, lambda client: client.stop_shadow(reason=because, requested_by=by or getpass.getuser())
    )
    print("\n".join(_shadowed(answer.shadow)))


@shadow.command("report")
def report_(*, address: Address = None) -> None:
    """Print what the last shadow would have changed, by call, intent, entity and action."""
    answer = asked(address, lambda client: client.get_shadow())
    lines = _shadowed(answer.shadow) if answer.HasField("shadow") else ["no shadow was ever started"]
    print("\n".join(lines))


def _shadowed(shadow: PolicyShadow) -> Iterator[str]:
    since = shadow.started_at.ToDatetime().isoformat(timespec="seconds")
    packs = " with the packs for shadows" if shadow.recognizers else ""
    named = f"{shadow.version} {shadow.digest[:SHORT_DIGEST]}"
    yield f"{named}{packs} beside {shadow.active_version} since {since}Z"
    if shadow.HasField("ended_at"):
        yield f"ended {shadow.ended_at.ToDatetime().isoformat(timespec='seconds')}Z"
    for rpc in sorted({*shadow.compared, *shadow.dropped, *shadow.errors}):
        yield (
            f"{rpc}: {shadow.changed[rpc]} of {shadow.compared[rpc]} answers would change; "
            f"{shadow.dropped[rpc]} not looked at, {shadow.errors[rpc]} errors"
        )
    for each in shadow.differences:
        row = (each.rpc, each.intent, each.kind, each.what, each.before, each.after)
        yield _row(row, each.count)


def _line(policy: PolicyVersion) -> str:
    words = [policy.version, policy.digest[:SHORT_DIGEST]]
    if policy.active:
        words.append("active")
    if policy.pending:
        words.append(f"waits: {len(policy.approved_by)} of {policy.approvals_required} approvals")
    if policy.taken_back:
        words.append("taken back")
    if policy.HasField("activated_at"):
        words.append(f"since {policy.activated_at.ToDatetime().isoformat(timespec='seconds')}Z")
    if policy.approved_by:
        words.append(f"by {', '.join(policy.approved_by)}")
    if policy.file:
        words.append(policy.file)
    return "  ".join(words)
