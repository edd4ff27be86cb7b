"""GuardService on the wire: each call to the gate, and what the log says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hushgate.calls import Verdict
from hushgate.failure import Failure, Reason
from hushgate.outbound.review import Progress
from hushgate.server import wire
from hushgate.server.frame import cause
from hushgate.server.identity import caller
from hushgate.v1 import guard_service_pb2_grpc
from hushgate.v1.guard_service_pb2 import EndSessionResponse, ReviewStreamResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from hushgate.calls import Prepared, ReviewCall, Reviewed
    from hushgate.deciding import Course
    from hushgate.gate import Gate
    from hushgate.server.frame import Context, Frame
    from hushgate.server.log import Line
    from hushgate.v1.guard_service_pb2 import (
        EndSessionRequest,
        PrepareRequest,
        PrepareResponse,
        ReviewRequest,
        ReviewResponse,
        ReviewStart,
        ReviewStreamRequest,
    )


class GuardServicer(guard_service_pb2_grpc.GuardServiceServicer):
    """The gate, called from outside. See the proto for what each call promises."""

    def __init__(self, frame: Frame, gate: Gate, *, draft_characters: int) -> None:
        """``draft_characters``: the most code points that a streamed draft may have."""
        self._frame = frame
        self._gate = gate
        self._draft_characters = draft_characters

    async def Prepare(self, request: PrepareRequest, context: Context) -> PrepareResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("Prepare", context) as line:
            line.tenant, line.agent = request.tenant, request.agent_id
            call = wire.prepare_call(request, caller().subject)
            prepared = await self._frame.decide(context, lambda: self._gate.prepare(call))
            _note(line, request.intent, prepared)
            return wire.prepare_response(prepared)

    async def Review(self, request: ReviewRequest, context: Context) -> ReviewResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("Review", context) as line:
            line.tenant, line.agent = request.tenant, request.agent_id
            call = wire.review_call(request, caller().subject)
            reviewed = await self._frame.decide(context, lambda: self._gate.review(call))
            _note(line, request.intent, reviewed)
            self._sample(call, reviewed)
            return wire.review_response(reviewed)

    async def ReviewStream(  # noqa: N802
        self, request_iterator: AsyncIterator[ReviewStreamRequest], context: Context
    ) -> AsyncIterator[ReviewStreamResponse]:
        """See the proto. Nothing is read while an answer waits, so that a slow reader slows the writer."""
        async with self._frame.call("ReviewStream", context) as line:
            requests = aiter(request_iterator)
            call = wire.streamed_call(await self._start(requests), caller().subject)
            line.tenant, line.agent = call.tenant, call.agent_id
            course = await self._frame.decide(context, lambda: self._gate.reviewing(call))
            progress, released = Progress(), ""
            texts, draft = self._texts(requests), list[str]()
            try:
                async for text in texts:
                    draft.append(text)
                    progress = progress.given(text)
                    if not progress.windows():
                        continue
                    progress, released = await self._go_on(context, call, course, progress)
                    if progress.blocked:
                        break
                    if released:
                        yield ReviewStreamResponse(text=released)
                else:
                    progress = progress.given("", ended=True)
                    progress, released = await self._go_on(context, call, course, progress)
                suggestion = await self._unsent(context, call, course, progress, draft)
            except BaseException as error:
                why, so_far = cause(error), progress
                line.written = True
                self._frame.later(lambda: self._gate.broken_off(call, course, so_far, why))
                raise
            reviewed = await self._frame.run(
                lambda: self._gate.concluded(call, course, progress, released, suggestion)
            )
            if course.moment is not None:
                whole, answer = replace(call, text="".join(draft)), reviewed
                self._frame.later(
                    lambda: self._gate.shadow.streamed(whole, course.policy, answer, course.moment)
                )
            if reviewed.verdict is Verdict.HELD:
                draft += [text async for text in texts]
                name = await self._frame.decide(
                    context, lambda: self._gate.hold(call, course.policy, "".join(draft), reviewed.reasons)
                )
                reviewed = replace(reviewed, review_id=name)
            _note(line, call.intent, reviewed)
            self._sample(replace(call, text="".join(draft)), reviewed)
            yield wire.review_stream_response(reviewed)

    def _sample(self, call: ReviewCall, reviewed: Reviewed) -> None:
        """Nobody waits for it."""
        if self._gate.draws(call, reviewed):
            self._frame.later(lambda: self._gate.sample(call, reviewed))

    async def _go_on(
        self, context: Context, call: ReviewCall, course: Course, progress: Progress
    ) -> tuple[Progress, str]:
        return await self._frame.decide(context, lambda: self._gate.go_on(call, course, progress))

    async def _unsent(
        self, context: Context, call: ReviewCall, course: Course, progress: Progress, draft: Sequence[str]
    ) -> str:
        if not progress.stopped:
            return ""
        return await self._frame.decide(
            context, lambda: self._gate.unsent(call, course, progress, "".join(draft))
        )

    async def EndSession(self, request: EndSessionRequest, context: Context) -> EndSessionResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("EndSession", context) as line:
            line.tenant, who = request.tenant, caller().subject
            ended = await self._frame.decide(
                context, lambda: self._gate.end_session(request.tenant, request.session_id, actor=who)
            )
            return EndSessionResponse(ended=ended)

    async def _start(self, requests: AsyncIterator[ReviewStreamRequest]) -> ReviewStart:
        """The start of a stream. Failure STREAM_OUT_OF_ORDER or FIELD_REQUIRED."""
        first = await anext(requests, None)
        if first is None:
            raise Failure(Reason.STREAM_OUT_OF_ORDER, "the stream ended before its start", field="start")
        if _kind(first) != "start":
            raise _OUT_OF_ORDER
        return first.start

    async def _texts(self, requests: AsyncIterator[ReviewStreamRequest]) -> AsyncIterator[str]:
        """The pieces of the draft. Failure STREAM_OUT_OF_ORDER, TEXT_TOO_LONG or FIELD_REQUIRED."""
        length = 0
        async for request in requests:
            if _kind(request) != "text":
                raise _OUT_OF_ORDER
            length += len(request.text)
            if length > self._draft_characters:
                raise Failure(
                    Reason.TEXT_TOO_LONG,
                    f"the draft is longer than {self._draft_characters} code points",
                    field="text",
                    limit=self._draft_characters,
                )
            yield request.text


_OUT_OF_ORDER = Failure(
    Reason.STREAM_OUT_OF_ORDER, "the first message, and no other, holds a start", field="start"
)


def _kind(request: ReviewStreamRequest) -> str:
    kind = request.WhichOneof("part")
    if kind is None:
        raise Failure(Reason.FIELD_REQUIRED, "each message holds a start or a text", field="part")
    return kind


def _note(line: Line, intent: str, answer: Prepared | Reviewed) -> None:
    """What the log says of a decision: the policy has known the intent, so it is no text of the caller's."""
    line.intent = intent
    line.policy_version = answer.policy_version
    line.repeated = answer.repeated
    if not answer.repeated:
        line.count(located.finding for located in answer.findings)
        line.fields.update(decided.action.value for decided in getattr(answer, "fields", ()))
        line.grounds.update(ground.code.value for ground in getattr(answer, "reasons", ()))
    line.verdict = getattr(answer, "verdict", "")
