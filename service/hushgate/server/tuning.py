"""TuningService on the wire: how detection comes to its findings, and the rules that are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate.bounds import check_count, check_text
from hushgate.detection.detector import LANGUAGE
from hushgate.failure import Failure, Reason
from hushgate.server import wire
from hushgate.v1 import tuning_service_pb2 as pb
from hushgate.v1 import tuning_service_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.detection.candidates import Candidate
    from hushgate.detection.rule import Rule
    from hushgate.explain import Explainer, Explanation, Span
    from hushgate.server.frame import Context, Frame

OUTCOMES = {name.removeprefix("OUTCOME_"): number for name, number in pb.Outcome.items() if number}


class TuningServicer(tuning_service_pb2_grpc.TuningServiceServicer):
    """The explainer, called from outside. See the proto for what each call promises."""

    def __init__(
        self, frame: Frame, explainer: Callable[[], Explainer], *, items: int, characters: int
    ) -> None:
        """``explainer``: who explains now.

        ``items``: the most marked spans; ``characters``: the most code points in a text or a label.
        """
        self._frame = frame
        self._explainer = explainer
        self._items = items
        self._characters = characters

    async def Explain(self, request: pb.ExplainRequest, context: Context) -> pb.ExplainResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("Explain", context) as line:
            marked = self._marked(request)
            explainer = self._explainer()
            explanation = await self._frame.decide(
                context,
                lambda: explainer.explain(
                    request.text, label=request.label, language=request.language or LANGUAGE, marked=marked
                ),
            )
            line.policy_version = explainer.policy.version
            line.count(explanation.findings)
            return _answer(explanation)

    async def ListRules(self, request: pb.ListRulesRequest, context: Context) -> pb.ListRulesResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("ListRules", context):
            return await self._frame.decide(context, lambda: self._rules(request.entity))

    def _marked(self, request: pb.ExplainRequest) -> list[Span]:
        check_text(request.text, self._characters, field="text")
        check_text(request.label, self._characters, field="label")
        check_count(request.marked, self._items, field="marked")
        for index, span in enumerate(request.marked):
            if not span.start < span.end <= len(request.text):
                field = f"marked[{index}]"
                sentence = f"{field} must begin before it ends, and end within text"
                raise Failure(Reason.FIELD_INVALID, sentence, field=field)
        return [(span.start, span.end) for span in request.marked]

    def _rules(self, entity: str) -> pb.ListRulesResponse:
        rules = self._explainer().rules
        return pb.ListRulesResponse(
            rules=[_rule(rule) for rule in rules if not entity or rule.entity == entity]
        )


def _answer(explanation: Explanation) -> pb.ExplainResponse:
    return pb.ExplainResponse(
        findings=[wire.finding(finding) for finding in explanation.findings],
        candidates=[_candidate(candidate) for candidate in explanation.candidates],
        marked=[
            pb.MarkedSpan(span=pb.Span(start=each.span[0], end=each.span[1]), found=each.found, why=each.why)
            for each in explanation.marked
        ],
    )


def _candidate(candidate: Candidate) -> pb.Candidate:
    return pb.Candidate(
        rule=candidate.rule,
        entity=candidate.entity,
        start=candidate.start,
        end=candidate.end,
        view=candidate.view,
        score=candidate.score,
        outcome=OUTCOMES[candidate.outcome],
        detail=candidate.detail,
    )


def _rule(rule: Rule) -> pb.Rule:
    return pb.Rule(
        id=rule.id,
        entity=rule.entity,
        description=rule.description,
        pattern=rule.pattern,
        checksum=rule.checksum,
        score=rule.score,
        context=rule.context,
        unless=rule.unless,
        requires=rule.requires,
        asked=rule.asked,
        references=rule.references,
    )
