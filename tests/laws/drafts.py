"""Two customers' records in one session, and what a draft to the first of them may hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hushgate.calls import PrepareCall, Record, ReviewCall

if TYPE_CHECKING:
    from hushgate.calls import Reviewed
    from hushgate.gate import Gate

OWN = {
    "customer": {"name": "Maren Ostrander", "email": "maren@example.com", "account_number": "88213409118"},
    "order": {"id": "A-2093148", "status": "shipped"},
    "case": {"internal_notes": ["flagged by the fraud desk, promise nothing before the review is over"]},
}
OTHER = {"customer": {"name": "Tobias Lindqvist", "account_number": "55019287736"}}
PLAIN = [
    "Thank you for your patience while I look into this for you.",
    "Your parcel has left our warehouse and should be with you soon.",
    "Is there anything else that I can help you with today?",
    "We are sorry for the delay and will do our best to put it right",
    "Kind regards, your support team",
    "das Paket ist unterwegs",
    "包裹已经寄出。",
]
HARMLESS = [*OWN["customer"].values(), OWN["order"]["id"], "8821 3409 118", "it ends in 09118"]
BLOCKING = ["Tobias Lindqvist", "5501-9287-736", OWN["case"]["internal_notes"][0], "[PERSON_K7Q2M0]"]


def names(session_id: str) -> dict[str, str]:
    """Whose call it is."""
    return {"tenant": "acme", "session_id": session_id, "agent_id": "", "intent": "order_status"}


def prepared_tokens(gate: Gate, session_id: str) -> list[str]:
    """The tokens that stand for the first customer's values, once the session knows both records."""
    records = (Record("crm", "c-1", json.dumps(OWN)), Record("crm", "c-2", json.dumps(OTHER)))
    prepared = gate.prepare(PrepareCall(**names(session_id), customer_id="c-1", records=records))
    customer = json.loads(prepared.records[0].json)["customer"]
    return [value for value in customer.values() if value.startswith("[")]


def reviewed(gate: Gate, session_id: str, draft: str) -> Reviewed:
    """What becomes of a draft to the first customer."""
    return gate.review(ReviewCall(**names(session_id), destination="customer", text=draft))
