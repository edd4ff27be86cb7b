"""How an answer is kept for a call that is made again: with the digest of what was asked."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from hushgate.calls import Decided, Located, Message, Prepared, Record, Reviewed, Verdict, read_ground
from hushgate.failure import Failure, Reason
from hushgate.finding import Action, Finding

if TYPE_CHECKING:
    from hushgate.calls import PrepareCall, ReviewCall


def dump(call: PrepareCall | ReviewCall, answer: Prepared | Reviewed) -> bytes:
    """The answer, and by its digest the call that it answers."""
    return json.dumps([_digest(call), type(answer).__name__, asdict(answer)]).encode()


def load(call: PrepareCall | ReviewCall, data: bytes) -> Prepared | Reviewed:
    """The answer that was given to this call. Failure REQUEST_ID_REUSED if it was another call's."""
    digest, kind, answer = json.loads(data)
    if not hmac.compare_digest(digest, _digest(call)):
        sentence = "request_id was used in this session for a call with other content"
        raise Failure(Reason.REQUEST_ID_REUSED, sentence, field="request_id")
    return replace(_prepared(answer) if kind == Prepared.__name__ else _reviewed(answer), repeated=True)


def _digest(call: PrepareCall | ReviewCall) -> str:
    asked = json.dumps([type(call).__name__, asdict(replace(call, actor=""))], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def _prepared(answer: dict[str, Any]) -> Prepared:
    return Prepared(
        **answer
        | {
            "messages": tuple(Message(**message) for message in answer["messages"]),
            "records": tuple(Record(**record) for record in answer["records"]),
            "fields": tuple(Decided(**field | _enforced(field)) for field in answer["fields"]),
            "findings": _findings(answer["findings"]),
        }
    )


def _reviewed(answer: dict[str, Any]) -> Reviewed:
    return Reviewed(
        **answer
        | {
            "verdict": Verdict(answer["verdict"]),
            "reasons": tuple(map(read_ground, answer["reasons"])),
            "findings": _findings(answer["findings"]),
        }
    )


def _findings(located: list[dict[str, Any]]) -> tuple[Located, ...]:
    return tuple(
        Located(**one | {"finding": Finding(**one["finding"] | _enforced(one["finding"]))}) for one in located
    )


def _enforced(written: dict[str, Any]) -> dict[str, Any]:
    return {"action": Action(written["action"]), "decided_by": tuple(written.get("decided_by", ()))}
