"""How the demo plays: a server of its own on loopback, a client, and what each side sees."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hushgate.client import Action, Client, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hushgate.v1.finding_pb2 import Finding
    from hushgate.v1.guard_service_pb2 import PrepareResponse, ReviewResponse

_STAND_IN = re.compile(r"\[[A-Z][A-Z0-9_]*\]|\*[\*\s.@-]*\*(?:\w{1,4}\b)?")
_COLOUR = {
    Verdict.VERDICT_PASSED: "bold green",
    Verdict.VERDICT_REDACTED: "bold yellow",
    Verdict.VERDICT_BLOCKED: "bold red",
}
_START_S = 60.0


_PATIENCE_S = 60.0
"""A demonstration is for busy laptops, too."""


def play() -> None:
    """Plays the conversation to standard output: in colour on a terminal, plainly in a pipe."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110, soft_wrap=False)
    story = json.loads(files("hushgate.demo").joinpath("conversation.json").read_text("utf-8"))
    with _server(console) as address, Client(address, wait=True) as connected:
        client = connected.within(_PATIENCE_S)
        names = {key: story[key] for key in ("tenant", "intent")} | {"session_id": "demo"}
        prepared = client.prepare(
            **names,
            customer_id=story["customer_id"],
            messages=[("user", story["prompt"])],
            records=[{"source": "crm", "subject_id": story["customer_id"], "data": story["record"]}],
        )
        _show_prepared(console, story, prepared)
        console.rule("[bold]2  Review: what the customer may see", align="left")
        person = _token(prepared, "PERSON")
        for draft in story["drafts"]:
            text = draft["text"].replace("{PERSON}", person)
            _show_review(console, draft["title"], text, client.review(**names, channel="chat", text=text))
        client.end_session(tenant=story["tenant"], session_id="demo")


@contextmanager
def _server(console: Console) -> Iterator[str]:
    """``hushgate serve`` on a free port of loopback, as long as the demo lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "hushgate", "serve", "--listen", address]
    console.print(f"[dim]$ hushgate serve --listen {address}[/dim]")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as server:  # noqa: S603
        try:
            yield address
        finally:
            server.send_signal(signal.SIGTERM)


def _show_prepared(console: Console, story: dict[str, Any], prepared: PrepareResponse) -> None:
    console.rule("[bold]1  Prepare: what the model may see", align="left")
    console.print("\n[bold]The customer writes[/bold]")
    (message,) = prepared.messages
    in_message = [f for f in prepared.findings if f.HasField("message")]
    _indented(console, _marked(story["prompt"], in_message))
    console.print("\n[bold]The model reads[/bold]")
    _indented(console, _stand_ins(message.text))
    (record,) = prepared.records
    intent = f"intent: {story['intent']}, and what it does not name is dropped"
    console.print(f"\n[bold]The record, {len(prepared.fields)} fields;[/bold] {intent}")
    console.print(_fields(prepared, story["record"], json.loads(record.json)))
    console.print("\n[bold]The model reads[/bold]")
    _indented(console, _stand_ins(record.json))
    console.print()


def _fields(prepared: PrepareResponse, before: dict[str, Any], after: dict[str, Any]) -> Table:
    """One line a field: what it held, what became of it, what the model sees."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("  field", "held", "action", "the model sees"):
        table.add_column(title, overflow="fold", header_style="dim")
    shown = dict(_leaves(after))
    for decision in prepared.fields:
        dropped = decision.action == Action.ACTION_DROP
        name = Action.Name(decision.action).removeprefix("ACTION_").lower()
        held = dict(_leaves(before)).get(decision.path, "")
        table.add_row(
            f"  {decision.path}",
            held,
            Text(name, style="red" if dropped else "green"),
            Text(decision.reason, style="dim") if dropped else _stand_ins(shown.get(decision.path, "")),
        )
    return table


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, f"{path}[{index}]")
    else:
        yield path, str(node)


def _show_review(console: Console, title: str, text: str, reviewed: ReviewResponse) -> None:
    console.print(f"\n[bold]The model drafts[/bold] {title}")
    _indented(console, _marked(text, reviewed.findings))
    verdict = Verdict.Name(reviewed.verdict).removeprefix("VERDICT_")
    console.print(Text.assemble("  ", (verdict, _COLOUR[reviewed.verdict])))
    for reason in reviewed.reasons:
        _indented(console, Text(f"{reason.code}: {reason.detail}; {reason.suggestion}", style="dim"))
    if reviewed.text:
        console.print("[bold]The customer reads[/bold]")
        _indented(console, _stand_ins(reviewed.text))


def _indented(console: Console, text: Text) -> None:
    console.print(Padding(text, (0, 2)))


def _marked(text: str, findings: Iterable[Finding]) -> Text:
    """The text with what was found in it underlined."""
    marked = Text(text)
    for finding in findings:
        hides = finding.action != Action.ACTION_KEEP
        marked.stylize("underline red" if hides else "underline", finding.start, finding.end)
    return marked


def _stand_ins(text: str) -> Text:
    """The text with what stands in for values in colour."""
    marked = Text(text)
    marked.highlight_regex(_STAND_IN, "cyan")
    return marked


def _token(prepared: PrepareResponse, entity: str) -> str:
    """A token of this entity from what the model read: what a model would write back."""
    found = re.search(rf"\[{entity}_\w+\]", prepared.messages[0].text)
    return found.group() if found else ""
