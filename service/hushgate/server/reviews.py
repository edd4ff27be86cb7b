"""``hushgate reviews``: what waits for a person, and what the person decides."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from hushgate.server.operating import Address, Because, asked

if TYPE_CHECKING:
    from hushgate.client import Client
    from hushgate.v1.admin_service_pb2 import DecideReviewResponse, HeldReview

ReviewId = Annotated[str, typer.Argument(help="As Review answered it, and list shows it.")]
By = Annotated[str, typer.Option("--by", help="Who decides; the name of who is logged in if not given.")]
reviews = typer.Typer(
    no_args_is_help=True, help="Drafts that wait for a person, and samples of what was sent."
)


@reviews.command("list")
def list_(
    *, tenant: Annotated[str, typer.Option(help="Only this tenant's.")] = "", address: Address = None
) -> None:
    """List the drafts that wait, oldest first, and then the samples."""
    both = asked(
        address, lambda client: [*waits(client, tenant=tenant), *waits(client, tenant=tenant, sampled=True)]
    )
    print("\n".join(map(_head, both)) or "nothing waits")


def waits(client: Client, *, tenant: str = "", sampled: bool = False) -> list[HeldReview]:
    """All drafts that wait, or all samples, of a tenant or of all, oldest first."""
    page = client.list_reviews(tenant=tenant, sampled=sampled)
    found = list(page.reviews)
    while page.next_page_token:
        page = client.list_reviews(tenant=tenant, sampled=sampled, page_token=page.next_page_token)
        found += page.reviews
    return found


@reviews.command()
def show(review_id: ReviewId, *, address: Address = None) -> None:
    """Show one: the draft as a log may have it, and why it waits."""
    review = asked(address, lambda client: client.get_review(review_id=review_id)).review
    lines = {
        "tenant": review.tenant,
        "session": review.session_id,
        "intent": review.intent,
        "recipient": review.recipient_id or "the session's customer",
        "channel": review.channel,
        "expires": _time(review.expires_at),
    }
    print(_head(review))
    print("\n".join(f"  {name:<11}{text}" for name, text in lines.items() if text))
    for reason in review.reasons:
        print(f"  because    {reason.detail}")
    print(f"\n{review.text}")


@reviews.command()
def approve(
    review_id: ReviewId,
    *,
    as_shown: Annotated[
        bool, typer.Option("--as-shown", help="Send the text as show has it, with all hidden.")
    ] = False,
    because: Because,
    by: By = "",
    address: Address = None,
) -> None:
    """Let it go: to the one who asked, once."""
    _decide(review_id, "VERDICT_REDACTED" if as_shown else "VERDICT_PASSED", because, by, address)


@reviews.command()
def reject(review_id: ReviewId, *, because: Because, by: By = "", address: Address = None) -> None:
    """Stop it for good."""
    _decide(review_id, "VERDICT_BLOCKED", because, by, address)


@reviews.command()
def good(review_id: ReviewId, *, because: Because, by: By = "", address: Address = None) -> None:
    """Call a sample good: a message that was sent, and drawn to be looked at."""
    _decide(review_id, "VERDICT_PASSED", because, by, address, sampled=True)


@reviews.command()
def bad(review_id: ReviewId, *, because: Because, by: By = "", address: Address = None) -> None:
    """Call a sample bad: it should not have been sent."""
    _decide(review_id, "VERDICT_BLOCKED", because, by, address, sampled=True)


@reviews.command()
def page(
    *,
    port: Annotated[int, typer.Option(help="Of 127.0.0.1; 0 is any that is free.")] = 0,
    by: By = "",
    address: Address = None,
) -> None:
    """Serve a page on this machine to list, read and decide, until it is interrupted. Prints its link."""
    from contextlib import suppress  # noqa: PLC0415 - as below

    from hushgate.server.page import Page  # noqa: PLC0415

    def serve(client: Client) -> None:
        with Page(client, port=port, by=by or getpass.getuser()) as served, suppress(KeyboardInterrupt):
            print(f"http://{served.place}/enter/{served.entrance}", flush=True)
            served.serve_forever()

    asked(address, serve)


def _decide(
    review_id: str, verdict: str, because: str, by: str, address: str | None, *, sampled: bool = False
) -> None:
    """``sampled``: what is meant is a sample."""
    from hushgate.v1.verdict_pb2 import Verdict  # noqa: PLC0415 - imports wait for their command

    def decide(client: Client) -> DecideReviewResponse:
        return client.decide_review(
            review_id=review_id,
            verdict=Verdict.Value(verdict),
            decided_by=by or getpass.getuser(),
            reason=because,
            sampled=sampled,
        )

    print(f"decided: {asked(address, decide).decision_id}")


def _head(review: HeldReview) -> str:
    why = ", ".join(dict.fromkeys(reason.code for reason in review.reasons))
    parts = (review.review_id, _time(review.held_at), review.agent_id or "-", f"to {review.destination}", why)
    return "  ".join(parts)


def _time(stamp: object) -> str:
    return f"{stamp.ToDatetime().isoformat(' ', 'seconds')} UTC"  # type: ignore[attr-defined]
