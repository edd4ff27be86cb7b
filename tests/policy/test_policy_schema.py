"""The JSON schema that editors use is the one that the reader checks by."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushgate.policy.schema import json_schema

POLICIES = Path(__file__).parents[2] / "policies"


@pytest.mark.parametrize("kind", ["policy", "profile"])
def test_the_published_schema_is_current(kind):
    file = POLICIES / f"{kind}.schema.json"
    assert file.read_text(encoding="utf-8") == json_schema(kind), (
        f"run python -m hushgate.policy.schema {kind} > policies/{kind}.schema.json"
    )


def test_what_is_shipped_names_its_schema():
    for file in POLICIES.rglob("*.yaml"):
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        kind = "profile" if file.parent.name == "profiles" else "policy"
        assert (file.parent / named).resolve() == (POLICIES / f"{kind}.schema.json").resolve()
