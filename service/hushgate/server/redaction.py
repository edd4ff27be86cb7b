"""RedactionService on the wire: batches to the redactor, items in the order and number they came in."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hushgate import deadline
from hushgate.audit.decisions import counted, new_id
from hushgate.audit.entry import Entry
from hushgate.bounds import check_count, check_text
from hushgate.detection.detector import LANGUAGE
from hushgate.failure import Failure, Reason
from hushgate.server import wire
from hushgate.server.identity import caller
from hushgate.v1 import redaction_service_pb2_grpc
from hushgate.v1.redaction_service_pb2 import RedactedItem, RedactResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from hushgate.audit.log import Audit
    from hushgate.policy.model import Policy
    from hushgate.redactor import Redaction, Redactor
    from hushgate.server.frame import Context, Frame
    from hushgate.server.log import Line
    from hushgate.shadow.running import Shadow
    from hushgate.v1.redaction_service_pb2 import RedactItem, RedactRequest

BATCH = 64
"""Texts that go through the model together."""
TOGETHER_CHARACTERS = 20_000
"""Code points of requests that wait at the same time and go through the model together."""


@dataclass(slots=True)
class _Asked:
    """A request that waits or is looked at, and its answer where another's turn has brought it."""

    redactor: Redactor
    language: str
    texts: list[str] = field(repr=False)
    """Those of a request that holds nothing else."""
    done: list[Redaction] | None = field(default=None, repr=False)
    begun: bool = False
    """Its own turn has come."""

    @property
    def characters(self) -> int:
        return sum(map(len, self.texts))


class RedactionServicer(redaction_service_pb2_grpc.RedactionServiceServicer):
    """The redactor, called from outside. See the proto for what each call promises."""

    def __init__(
        self,
        frame: Frame,
        redactor_of: Callable[[str], Redactor],
        audit: Audit,
        shadow: Shadow,
        *,
        items: int,
        characters: int,
    ) -> None:
        """``redactor_of``: who redacts under a policy's version now, under the active one if it is empty.

        ``shadow``: what another policy would have answered.
        ``items``: the most in one request; ``characters``: the most code points in one item.
        """
        self._frame = frame
        self._redactor_of = redactor_of
        self._audit = audit
        self._shadow = shadow
        self._items = items
        self._characters = characters
        self._asked: list[_Asked] = []

    async def Redact(self, request: RedactRequest, context: Context) -> RedactResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("Redact", context) as line:
            return await self._answer(request, context, line)

    async def RedactStream(  # noqa: N802
        self, request_iterator: AsyncIterator[RedactRequest], context: Context
    ) -> AsyncIterator[RedactResponse]:
        """See the proto."""
        async with self._frame.call("RedactStream", context) as line:
            async for request in request_iterator:
                yield await self._answer(request, context, line)

    async def _answer(self, request: RedactRequest, context: Context, line: Line) -> RedactResponse:
        self._check(request)
        texts = [item.text for item in request.items if item.HasField("text")]
        redactor = self._redactor_of(request.policy)
        policy, who = redactor.policy, caller().subject
        asked = _Asked(
            redactor, request.language or LANGUAGE, texts if len(texts) == len(request.items) else []
        )
        self._asked.append(asked)
        try:
            redactions, decision_id = await self._frame.decide(
                context,
                lambda: self._recorded(
                    line.rpc,
                    policy,
                    who,
                    lambda: self._together(asked) or self._redact(request, redactor),
                ),
            )
            if self._shadow.on and not request.policy:
                texts_and_kinds = [(item.text or item.json, item.HasField("json")) for item in request.items]
                self._frame.later(
                    lambda: self._shadow.redacted(
                        texts_and_kinds, request.language or LANGUAGE, policy, redactions
                    )
                )
        finally:
            self._asked.remove(asked)
        line.policy_version = policy.version
        for redaction in redactions:
            line.count(redaction.findings)
        return RedactResponse(
            items=[_item(item, done) for item, done in zip(request.items, redactions, strict=True)],
            decision_id=decision_id,
            policy_version=policy.version,
            policy_digest=policy.digest,
        )

    def _check(self, request: RedactRequest) -> None:
        check_count(request.items, self._items, field="items")
        for index, item in enumerate(request.items):
            kind = item.WhichOneof("content")
            if kind is None:
                field = f"items[{index}]"
                raise Failure(Reason.FIELD_REQUIRED, f"{field} holds neither text nor json", field=field)
            check_text(getattr(item, kind), self._characters, field=f"items[{index}].{kind}")

    def _recorded(
        self, rpc: str, policy: Policy, who: str, work: Callable[[], list[Redaction]]
    ) -> tuple[list[Redaction], str]:
        """In the deciding thread: the answer, once the audit log has it, and its decision_id."""
        began = time.perf_counter()
        done = work()
        decision_id = new_id()
        if self._audit.on:
            entry = Entry(
                rpc=rpc,
                decision_id=decision_id,
                actor=who,
                destination="log",
                policy_version=policy.version,
                policy_digest=policy.digest,
                entities=counted(finding for each in done for finding in each.findings),
                items=len(done),
                microseconds=round((time.perf_counter() - began) * 1e6),
            )
            self._audit.record(entry)
        return done, decision_id

    def _together(self, asked: _Asked) -> list[Redaction] | None:
        """In the deciding thread: the answer, found with those of other requests that wait; None if alone."""
        asked.begun = True
        if asked.done is None and asked.texts:
            waiting = [
                each
                for each in list(self._asked)  # the other thread adds to it
                if not each.begun
                and each.texts
                and each.done is None
                and (each.redactor, each.language) == (asked.redactor, asked.language)
            ]
            mates, room, places = [asked], TOGETHER_CHARACTERS - asked.characters, BATCH - len(asked.texts)
            for each in waiting:
                if each.characters <= room and len(each.texts) <= places:
                    mates.append(each)
                    room, places = room - each.characters, places - len(each.texts)
            if len(mates) > 1:
                self._share(mates)
        return asked.done

    def _share(self, mates: list[_Asked]) -> None:
        try:
            done = mates[0].redactor.redact_many(
                [text for each in mates for text in each.texts], mates[0].language
            )
        except Failure:
            return  # then each is looked at alone, and whose it is will be seen
        for each in mates:
            each.done, done = done[: len(each.texts)], done[len(each.texts) :]

    def _redact(self, request: RedactRequest, redactor: Redactor) -> list[Redaction]:
        """In the deciding thread: items of one kind together, then in their own order again."""
        redactions: dict[int, Redaction] = {}
        for kind, redact in (("text", redactor.redact_many), ("json", redactor.redact_json_many)):
            places = [index for index, item in enumerate(request.items) if item.WhichOneof("content") == kind]
            for at in range(0, len(places), BATCH):
                batch = places[at : at + BATCH]
                texts = [getattr(request.items[index], kind) for index in batch]
                done = _redacted(texts, request.language or LANGUAGE, redact, kind, batch)
                redactions.update(zip(batch, done, strict=True))
        return [redactions[index] for index in range(len(request.items))]


def _redacted(
    texts: list[str],
    language: str,
    redact: Callable[[list[str], str], list[Redaction]],
    kind: str,
    places: list[int],
) -> list[Redaction]:
    """A batch redacted; if it fails, the failure of the first item that fails alone, with its place."""
    try:
        return redact(texts, language)
    except Failure as failure:
        whole = failure
    deadline.check()  # then it is no item's
    if len(places) == 1:
        raise _of_item(whole, places[0], kind)
    for place, text in zip(places, texts, strict=True):
        try:
            redact([text], language)
        except Failure as failure:
            raise _of_item(failure, place, kind) from None
    raise whole


def _of_item(failure: Failure, place: int, kind: str) -> Failure:
    """The failure of an item with its place, if it is the item's."""
    if failure.field == "language":
        return failure
    field = f"items[{place}].{kind}"
    return Failure(failure.reason, failure.sentence, field=field, limit=failure.limit)


def _item(item: RedactItem, redaction: Redaction) -> RedactedItem:
    """What became of an item."""
    paths = redaction.paths or ("",) * len(redaction.findings)
    answer = RedactedItem(
        id=item.id,
        findings=[wire.finding(f, path=path) for f, path in zip(redaction.findings, paths, strict=True)],
    )
    setattr(answer, "text" if item.HasField("text") else "json", redaction.text)
    return answer
