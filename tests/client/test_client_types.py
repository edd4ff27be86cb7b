"""The client's calls as a type checker sees them."""

import re
from pathlib import Path

from mypy import api

SCRIPT = """
from hushgate.client import AsyncClient, Client

NAMES = {"tenant": "acme"}

def sync(client: Client) -> None:
    reveal_type(client.prepare(tenant="a", session_id="s", intent="i", messages=[("user", "x")]))
    reveal_type(client.review_stream(["a"], tenant="a", session_id="s", intent="i"))
    reveal_type(client.within(2).redact("a").items[0].text)
    client.prepare(tenat="a")
    client.end_session(tenant=5, session_id="s")

async def asynchronous(client: AsyncClient) -> None:
    reveal_type(await client.review(tenant="a", session_id="s", intent="i", text="x"))
    async for answer in client.redact_stream([["a", {"id": "1", "json": "{}"}]]):
        reveal_type(answer)
"""


def test_a_call_is_typed_as_its_request_and_answer(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    cache = Path(__file__).parents[2] / ".mypy_cache"

    told, _, _ = api.run(["--strict", "--config-file=", f"--cache-dir={cache}", str(script)])

    revealed = re.findall(r'Revealed type is "([^"]*)"', told)
    assert [kind.replace("hushgate.v1.", "") for kind in revealed] == [
        "guard_service_pb2.PrepareResponse",
        "typing.Iterator[guard_service_pb2.ReviewStreamResponse]",
        "str",
        "guard_service_pb2.ReviewResponse",
        "redaction_service_pb2.RedactResponse",
    ]
    errors = re.findall(r"error: (.*)  \[", told)
    assert errors == [
        'Unexpected keyword argument "tenat"; did you mean "tenant"?',
        'Argument "tenant" has incompatible type "int"; expected "str"',
    ]
