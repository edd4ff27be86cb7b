"""Which policy a name at a terminal means: that of a file, or one that a server holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hushgate.assembly import load_policies, load_policy
from hushgate.ending import end
from hushgate.policy.reader import policy_of
from hushgate.server.operating import asked
from hushgate.settings import Settings

if TYPE_CHECKING:
    from hushgate.policy.model import Policy

ACTIVE = "active"
"""Names the policy that a server decides by."""
_FILES = {".yaml", ".yml"}


def named(name: str, address: str | None) -> Policy:
    """The policy in the file of that name; else that of the server at ``address``: see ``held``.

    What is there, has a folder before it or ends as YAML is a file. Fails with POLICY_INVALID.
    """
    file = Path(name)
    if file.is_file() or len(file.parts) > 1 or file.suffix in _FILES:
        return load_policy(file)
    return held(name, address)


def named_or_set(name: str | None, address: str | None) -> Policy:
    """As ``named``; without a name the active one of the server, or of the settings where none is given."""
    if name is not None:
        return named(name, address)
    return held(ACTIVE, address) if address else load_policies(Settings.read())[0]


def held(name: str, address: str | None) -> Policy:
    """The policy of that version or digest, or the ``ACTIVE`` one, as a server has it; the end without."""
    version = "" if name == ACTIVE else name
    answer = asked(address, lambda client: client.get_policy(version=version))
    try:
        return policy_of(answer.content)
    except ValidationError:
        end(f"policy {answer.policy.version} says what this hushgate does not know: take the server's own")
