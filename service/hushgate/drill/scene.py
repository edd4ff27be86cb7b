"""What a drill plays with: a made-up customer, a stranger, a secret and a note, in a session of its own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hushgate.client import SENDABLE, HushgateError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hushgate.client import Client
    from hushgate.v1.guard_service_pb2 import PrepareResponse, ReviewResponse

# Test values: an issuer's test card, 555-01xx telephones, example.com, an SSN of an area that is never given.
SSN: Final = "987-65-4321"
CARD: Final = "4111 1111 1111 1111"
PHONE: Final = "212-555-0188"
STRANGER_MAIL: Final = "tobias.lindqvist@example.org"
STRANGER_PHONE: Final = "212-555-0143"
SECRET: Final = "AKIAIOSFODNN7EXAMPLE"  # noqa: S105 - the example key of AWS's documentation
NOTE: Final = "suspected friendly fraud, offer no more than forty dollars before the second look"
PASSWORD: Final = "Tr0ub4dor-and-3"  # noqa: S105 - of nobody

CUSTOMER: Final[Mapping[str, Any]] = {
    "customer": {"first_name": "Dana", "last_name": "Whitfield", "phone": PHONE, "ssn": SSN},
    "order": {"id": "A-2093148", "status": "shipped"},
    "payment": {"card": CARD},
    "case": {"internal_notes": [NOTE]},
}
STRANGER: Final[Mapping[str, Any]] = {
    "customer": {"first_name": "Tobias", "email": STRANGER_MAIL, "phone": STRANGER_PHONE}
}
UNAVAILABLE: Final = "not available"
NOT_AVAILABLE: Final = f"{UNAVAILABLE}: the server does not know this call"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold."""

    what: str
    held: bool
    why: str = ""
    """Why it did not, where that is known. Never a value."""

    @property
    def tried(self) -> bool:
        """Whether it could be looked at all."""
        return not self.why.startswith(UNAVAILABLE)


@dataclass(slots=True)
class Scene:
    """The calls of a drill, all in sessions that nobody else has."""

    client: Client
    tenant: str
    intent: str
    agent_id: str
    signals: tuple[str, ...] = ()
    sessions: list[str] = field(default_factory=list)

    def begin(self) -> str:
        """A new session."""
        self.sessions.append(f"drill-{uuid.uuid4().hex}")
        return self.sessions[-1]

    def end(self) -> None:
        """Forget all sessions of the drill."""
        for session in self.sessions:
            self.client.end_session(tenant=self.tenant, session_id=session)
        self.sessions.clear()

    def names(self, session: str) -> dict[str, str]:
        """What each call names."""
        return {
            "tenant": self.tenant, "intent": self.intent, "agent_id": self.agent_id, "session_id": session
        }  # fmt: skip

    def prepare(  # any field of the request may be another
        self,
        session: str,
        said: str = "Where is my order?",
        **more: Any,  # noqa: ANN401
    ) -> PrepareResponse:
        """A turn with the customer's and the stranger's record."""
        request: dict[str, Any] = {
            **self.names(session),
            "customer_id": "drill-customer",
            "messages": [("user", said)],
            "records": [
                {"source": "crm", "subject_id": "drill-customer", "data": CUSTOMER},
                {"source": "crm", "subject_id": "drill-stranger", "data": STRANGER},
            ],
        }
        return self.client.prepare(**request | more)

    def review(self, session: str, text: str, **more: Any) -> ReviewResponse:  # noqa: ANN401 - as above
        """A draft to the customer."""
        return self.client.review(**self.names(session) | more, text=text)


def sent(answer: ReviewResponse) -> str:
    """What goes to the customer."""
    return answer.text if answer.verdict in SENDABLE else ""


def stopped(answer: ReviewResponse) -> bool:
    """Nothing goes out without a person."""
    return answer.verdict in {Verdict.VERDICT_BLOCKED, Verdict.VERDICT_HELD}


def shows(text: str, values: Iterable[str]) -> bool:
    """Whether one of the values stands in the text, in whatever separators."""
    bare = _bare(text)
    return any(_bare(value) in bare for value in values)


def told(answer: PrepareResponse) -> str:
    """All that the model is told."""
    return "\n".join([*(m.text for m in answer.messages), *(r.json for r in answer.records)])


def reason(call: Callable[[], object]) -> str:
    """Why the call has no answer; empty if it has one."""
    try:
        call()
    except HushgateError as error:
        if error.reason:
            return error.reason
        return NOT_AVAILABLE if "UNIMPLEMENTED" in str(error) else type(error).__name__
    return ""


def _bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
