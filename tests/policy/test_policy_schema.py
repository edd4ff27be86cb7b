"""The JSON schema that editors use is the one that the reader checks by."""

from __future__ import annotations

from pathlib import Path

from hushgate.policy.schema import policy_schema

SCHEMA = Path(__file__).parents[2] / "policies" / "policy.schema.json"


def test_the_published_schema_is_current():
    assert SCHEMA.read_text(encoding="utf-8") == policy_schema(), (
        "run python -m hushgate.policy.schema > policies/policy.schema.json"
    )
