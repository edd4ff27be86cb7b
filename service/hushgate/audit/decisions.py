"""What an entry says of a decision: counts, and names that the policy knows; whatever else may be a value.

A name that a caller has made up (a session, a request_id, an agent that is in no register) stands as a keyed
hash; a field stands as the policy writes its path, with ``*`` for each key that the policy does not name.
"""

from __future__ import annotations

import hmac
import re
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any

from hushgate.audit.entry import Entry
from hushgate.calls import Code
from hushgate.document import PLAIN_KEY
from hushgate.minimization.paths import fold, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hushgate.calls import Decided, PrepareCall, Prepared, ReviewCall, Reviewed
    from hushgate.finding import Finding
    from hushgate.policy.model import Policy

_MOST_PATHS = 100
"""Paths that one entry tells apart; the rest are counted as ``**``."""
_STEP = re.compile(
    r"\[(?P<index>\d+)\]"
    r'|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]'
    rf"|\.?(?P<key>{PLAIN_KEY.pattern})"
)


def new_id() -> str:
    """A new name for a decision: random, so that it tells nothing."""
    return uuid.uuid4().hex


def mark(key: bytes, purpose: str, text: str = "") -> str:
    """16 hexadecimal digits that stand for a text; nobody can tell for which without the key."""
    data = f"hushgate/audit/{purpose}/1\0{text}".encode("utf-8", "surrogatepass")
    return hmac.digest(key, data, "sha256").hex()[:16]


def asked(
    rpc: str,
    call: PrepareCall | ReviewCall,
    policy: Policy,
    *,
    session_key: bytes,
    agent_mark: str,
    decision_id: str,
) -> Entry:
    """Who asks for what, before it is decided. ``agent_mark``: what stands for an agent of no register."""
    registered = policy.agents is not None and call.agent_id in policy.agents
    return Entry(
        rpc=rpc,
        decision_id=decision_id,
        actor=call.actor,
        tenant=call.tenant,
        session=mark(session_key, "session"),
        request=mark(session_key, "request", call.request_id) if call.request_id else "",
        agent=call.agent_id if registered or not call.agent_id else agent_mark,
        intent=call.intent,
        destination=getattr(call, "destination", "model"),
        policy_version=policy.version,
        policy_digest=policy.digest,
    )


def deed(rpc: str, policy: Policy, **said: Any) -> Entry:  # noqa: ANN401 - the entry's other fields
    """A new entry of what is done under the policy, other than to decide on a text."""
    return Entry(
        rpc=rpc,
        decision_id=new_id(),
        policy_version=policy.version,
        policy_digest=policy.digest,
        **said,
    )


def outcome(answer: Prepared | Reviewed, policy: Policy) -> dict[str, object]:
    """What became of it, as fields of an entry."""
    return {
        "verdict": getattr(answer, "verdict", ""),
        "reasons": Counter(ground.code.value for ground in getattr(answer, "reasons", ())),
        "entities": counted(located.finding for located in answer.findings),
        "fields": _fields(getattr(answer, "fields", ()), policy.key_names),
        "decided_by": _decided_by(answer),
        "repeated": answer.repeated,
    }


def _decided_by(answer: Prepared | Reviewed) -> Counter[str]:
    """Each place once, also where both a finding and the ground of a verdict speak of it."""
    grounds = (one for one in getattr(answer, "reasons", ()) if one.code is Code.RISK)
    decided = (*(one.finding for one in answer.findings), *getattr(answer, "fields", ()), *grounds)
    return Counter(name for one in decided for name in one.decided_by)


def counted(findings: Iterable[Finding]) -> dict[str, Counter[str]]:
    """How many there are by entity and action."""
    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        counts.setdefault(finding.entity, Counter())[finding.action.value] += 1
    return counts


def _fields(decided: Iterable[Decided], names: Mapping[str, str]) -> dict[str, Counter[str]]:
    """How many there are by action and path."""
    counts: dict[str, Counter[str]] = {}
    paths: set[str] = set()
    for one in decided:
        path = named_path(one.path, names)
        if path not in paths:
            path = "**" if len(paths) >= _MOST_PATHS else path
            paths.add(path)
        counts.setdefault(one.action.value, Counter())[path] += 1
    return counts


def named_path(path: str, names: Mapping[str, str]) -> str:
    """A path of a record in the policy's words. ``names``: as ``Policy.key_names``."""

    def step(found: re.Match[str]) -> str:
        if found["index"]:
            return "[*]"
        dot = "." if found.start() else ""
        if found["quoted"]:
            key = quoted(found["quoted"])
            name = names.get(fold(key)) or names.get(key)
        else:
            name = names.get(fold(found["key"]))
        return dot + (name or "*")

    return _STEP.sub(step, path)
