"""Which policies are in force in this process: by what files say and all servers on the store have agreed on.

A policy that has been activated rests in the store, whole, so that a server whose files say something else,
or nothing any more, decides by it all the same.
"""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hushgate.failure import Failure, Reason
from hushgate.policy.activation import (
    SHORT_DIGEST,
    Activation,
    Ledger,
    asked,
    dump,
    load,
    offered,
    rolled_back,
)
from hushgate.policy.model import Policies
from hushgate.policy.reader import policy_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hushgate.policy.files import Looked
    from hushgate.policy.model import Policy
    from hushgate.sessions.board import Board, Kept

_LEDGER = "policies"
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A known policy, as an operator sees it."""

    version: str
    digest: str
    active: bool = False
    activation: Activation | None = None
    """When it last became active, or since when it waits."""
    required: int = 0
    """How many people must ask for it, where it waits."""
    file: Path | None = None
    taken_back: bool = False
    """No file brings it in again."""


class InForce:
    """The policies in force. One thread at a time, the vault's."""

    def __init__(self, board: Board, looked: Looked, *, clock: Callable[[], float] = time.time) -> None:
        """Fails with POLICY_INVALID where neither files nor store have a policy to decide by."""
        self._board = board
        self._clock = clock
        self._looked = looked
        self._kept: Kept | None = None
        self._ledger = Ledger()
        self._offered = ""
        """The digest that this server's first file brought last."""
        self._known: dict[str, Policy] = {}
        self._policies: Policies | None = None
        self.follow(looked)

    @property
    def policies(self) -> Policies:
        """The policies that calls are decided by from now on."""
        if self._policies is None:
            raise Failure(Reason.POLICY_INVALID, "there is no policy to decide by", field="policy")
        return self._policies

    @property
    def ledger(self) -> Ledger:
        """What is agreed on, as this server last saw it."""
        return self._ledger

    def follow(self, looked: Looked) -> bool:
        """Take up what files and store say now. Whether other policies are in force than before.

        Fails with STORE_UNAVAILABLE; then those in force stay.
        """
        first, news = looked.first, looked is not self._looked
        self._looked = looked
        kept = self._board.kept(_LEDGER, self._kept)
        if kept is not None and kept is self._kept and not news:
            return False

        def change(ledger: Ledger) -> Ledger:
            if not ledger.history and looked.problems:
                sentence = "\n".join(map(str, looked.problems))
                raise Failure(Reason.POLICY_INVALID, sentence, field="policy")
            if first is None or first.digest == self._offered:
                return ledger
            active = self._active(ledger)
            approvals = max(first.approvals, active.approvals if active else 1)
            return offered(ledger, first, approvals, self._clock(), changed=bool(self._offered))

        self._change(change, first)
        if first is not None:
            self._offered = first.digest
        return self._put_in_force()

    def activate(self, version: str, who: str) -> bool:
        """``who`` asks for the policy of that version or digest. Whether it is in force now, or waits.

        Fails with POLICY_UNKNOWN, or POLICY_INVALID where a file that may hold it has problems.
        """
        policy = self.find(version)
        active = self.policies.active
        self._change(
            lambda ledger: asked(ledger, policy, who, max(policy.approvals, active.approvals), self._clock()),
            policy,
        )
        self._put_in_force()
        return self.policies.active.digest == policy.digest

    def find(self, version: str) -> Policy:
        """The known policy of that version, or of the one digest that begins so. Fails as ``activate``."""
        self.follow(self._looked)
        return self._find(version)

    def roll_back(self, who: str) -> None:
        """Take back what waits; else put what was active before into force. Fails with POLICY_UNKNOWN."""
        self.follow(self._looked)

        def change(ledger: Ledger) -> Ledger:
            after = rolled_back(ledger, who, self._clock())
            if after is None:
                raise Failure(Reason.POLICY_UNKNOWN, "no policy was active before this one", field="policy")
            return after

        self._change(change, None)
        self._put_in_force()

    def listed(self) -> list[Listed]:
        """The active policy, what waits, what was active before, newest first, and what else files hold."""
        ledger = self._ledger
        files = {policy.digest: file for file, policy in self._looked.policies}
        found: dict[str, Listed] = {}
        for place, each in enumerate((ledger.active, ledger.pending, *reversed(ledger.history))):
            if each is None or each.digest in found:
                continue
            waits = each is ledger.pending
            required = (
                max(self._policy(each.digest).approvals, self.policies.active.approvals) if waits else 0
            )
            found[each.digest] = Listed(
                each.version, each.digest, place == 0, each, required, files.get(each.digest)
            )
        for file, policy in self._looked.policies:
            back = policy.digest in ledger.withdrawn
            found.setdefault(policy.digest, Listed(policy.version, policy.digest, file=file, taken_back=back))
        return list(found.values())

    @property
    def looked(self) -> Looked:
        """The files, as they were last looked at."""
        return self._looked

    def _change(self, change: Callable[[Ledger], Ledger], policy: Policy | None) -> None:
        """Make the change on the ledger as the store has it, again where another server was first.

        ``policy``: whose content the ledger may come to name.
        """
        for _ in range(_TRIES):
            self._kept = self._board.kept(_LEDGER, self._kept)
            before = load(self._kept.data) if self._kept else self._told_again()
            after = change(before)
            if after == before and self._kept:
                self._ledger = after
                return
            if policy is not None and policy.digest in after.digests:
                self._keep(policy)
            if self._board.keep(_LEDGER, self._kept, dump(after)):
                self._kept, self._ledger = self._board.kept(_LEDGER), after
                for digest in before.digests - after.digests:
                    self._board.keep(_content(digest), self._board.kept(_content(digest)), None)
                return
        raise Failure(Reason.STORE_UNAVAILABLE, "too many servers change the active policy at once")

    def _told_again(self) -> Ledger:
        """What this server knows, for a store that knows nothing: a new one, or one that has lost it all."""
        if self._policies is None:
            return self._ledger
        known = {p.digest: p for p in (self._policies.active, *self._known.values())}
        for policy in known.values():
            self._keep(policy)
        history = tuple(each for each in self._ledger.history if each.digest in known)
        pending = self._ledger.pending
        return replace(
            self._ledger, history=history, pending=pending if pending and pending.digest in known else None
        )

    def _keep(self, policy: Policy) -> None:
        self._known[policy.digest] = policy
        if self._board.kept(_content(policy.digest)) is None:
            self._board.keep(_content(policy.digest), None, zlib.compress(policy.content.encode()))

    def _put_in_force(self) -> bool:
        ledger = self._ledger
        active = self._active(ledger)
        if active is None:
            raise Failure(Reason.POLICY_INVALID, "there is no policy to decide by", field="policy")
        open_ = {policy.version: policy for _, policy in self._looked.policies if self._may_be_named(policy)}
        policies = Policies(active, {**open_, active.version: active})
        self._known = {d: p for d, p in self._known.items() if d in ledger.digests}
        if self._policies == policies:
            return False
        self._policies = policies
        return True

    def _may_be_named(self, policy: Policy) -> bool:
        """Whether a call may ask for it: not what waits, was taken back, or nobody has approved."""
        ledger, active = self._ledger, self._active(self._ledger)
        if policy.digest in ledger.withdrawn or (ledger.pending and ledger.pending.digest == policy.digest):
            return False
        approvals = max(policy.approvals, active.approvals if active else 1)
        return approvals == 1 or any(each.digest == policy.digest for each in ledger.history)

    def _active(self, ledger: Ledger) -> Policy | None:
        return self._policy(ledger.active.digest) if ledger.active else None

    def _policy(self, digest: str) -> Policy:
        """The policy of that content: from the files, or from the store."""
        for _, policy in self._looked.policies:
            if policy.digest == digest:
                return policy
        if digest not in self._known:
            kept = self._board.kept(_content(digest))
            if kept is None:
                sentence = "the store names a policy that it does not hold"
                raise Failure(Reason.STORE_UNAVAILABLE, sentence)
            self._known[digest] = policy_of(zlib.decompress(kept.data).decode())
        return self._known[digest]

    def _find(self, name: str) -> Policy:
        ledger = self._ledger
        waiting = [ledger.pending] if ledger.pending else []
        files = [Activation(policy.version, policy.digest, 0.0) for _, policy in self._looked.policies]
        known = [*waiting, *files, *reversed(ledger.history)]
        digests = [each.digest for each in known if name in (each.version, each.digest)]
        if not digests and len(name) >= SHORT_DIGEST:
            digests = [each.digest for each in known if each.digest.startswith(name)]
            if len({*digests}) > 1:
                sentence = "version is how the digests of several policies begin"
                raise Failure(Reason.FIELD_INVALID, sentence, field="version")
        if digests:
            return self._policy(digests[0])
        if self._looked.problems:
            sentence = f"no good policy has this version; {self._looked.problems[0]}"
            raise Failure(Reason.POLICY_INVALID, sentence, field="version")
        sentence = f"version is none of the {len({each.digest for each in known})} policies that are known"
        raise Failure(Reason.POLICY_UNKNOWN, sentence, field="version")


def _content(digest: str) -> str:
    return f"policy/{digest}"
