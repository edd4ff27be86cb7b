"""What a caller may write for a message: a tuple, a dictionary, a string, or the message itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

from google.protobuf.message import Message as Proto

from hushgate.caller.errors import Refused
from hushgate.v1.guard_service_pb2 import Message, Record
from hushgate.v1.redaction_service_pb2 import RedactItem

M = TypeVar("M", bound=Proto)

MessageLike: TypeAlias = Message | tuple[str, str] | Mapping[str, str]
"""``("user", "…")``, or a dictionary with ``role`` and ``text``."""
RecordLike: TypeAlias = Record | Mapping[str, Any]
"""A dictionary with ``source``, ``subject_id`` and either ``data``, a dictionary, or ``json``, its text."""
ItemLike: TypeAlias = RedactItem | Mapping[str, Any] | str
"""A text, or a dictionary with ``id`` and one of ``text``, ``json`` or ``data``."""


def message_of(message: MessageLike) -> Message:
    """A message of a conversation."""
    if isinstance(message, Message):
        return message
    fields = dict(zip(("role", "text"), message, strict=True)) if isinstance(message, tuple) else message
    return made(Message, **fields)


def record_of(record: RecordLike) -> Record:
    """A record of a CRM or a tool."""
    if isinstance(record, Record):
        return record
    return made(Record, **_with_json(record, "records"))


def item_of(item: ItemLike) -> RedactItem:
    """A text or a document to redact."""
    if isinstance(item, RedactItem):
        return item
    return made(RedactItem, **({"text": item} if isinstance(item, str) else _with_json(item, "items")))


def _with_json(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The fields, with ``data`` written as ``json``."""
    plain = {key: value for key, value in fields.items() if key != "data"}
    return plain | {"json": json_of(fields["data"], name)} if "data" in fields else plain


def json_of(data: object, name: str) -> str:
    """As ASCII, so that a lone surrogate can travel."""
    try:
        return json.dumps(data, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        pass
    raise Refused("not data that JSON can hold", reason="JSON_INVALID", field=name)


def made(kind: type[M], **fields: Any) -> M:  # noqa: ANN401 - what a caller may write
    """The message. What protobuf says of a wrong value quotes the value, so it is not passed on."""
    try:
        return kind(**fields)
    except (TypeError, ValueError):  # UnicodeEncodeError, which holds the whole text, is a ValueError
        pass
    sentence = f"a field of {kind.DESCRIPTOR.name} is unknown, has the wrong type, or is no valid Unicode"
    raise Refused(sentence, reason="FIELD_INVALID", field=kind.DESCRIPTOR.name)
