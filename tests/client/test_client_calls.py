"""Both clients against real servers: the same calls, the same answers, and what happens without one."""

import asyncio
import inspect
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import grpc
import pytest
from tests.waiting import until

from hushgate.caller import requests
from hushgate.client import AsyncClient, Broken, Client, OutOfTime, Refused, Unavailable, Verdict
from hushgate.v1.redaction_service_pb2 import RedactedItem, RedactResponse

POLICY = Path(__file__).parents[1] / "cases" / "policy.yaml"
NAMES = {"tenant": "acme", "session_id": "calls", "intent": "order_status"}
CALLS = ["prepare", "review", "review_stream", "end_session", "redact", "redact_stream"]
CALLS += ["explain", "list_rules", "erase_subject", "reveal_token"]
CALLS += ["list_agents", "suspend_agent", "resume_agent", "search_audit", "verify_audit"]
CALLS += ["list_reviews", "get_review", "decide_review"]
CALLS += ["list_agents", "suspend_agent", "resume_agent"]
CALLS += ["list_policies", "get_policy", "activate_policy", "rollback_policy"]
CALLS += ["shadow_policy", "stop_shadow", "get_shadow"]
NOBODY = "127.0.0.1:1"


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("calls") / "log"


@pytest.fixture(scope="module")
def address(serve, log):
    with serve("--policy", str(POLICY), "--no-names", log=log) as listening:
        yield listening


@pytest.mark.parametrize("call", CALLS)
def test_both_clients_have_every_call_with_the_arguments_of_its_request(call):
    assert getattr(Client, call) is getattr(AsyncClient, call)
    assert inspect.signature(getattr(Client, call).make) == inspect.signature(getattr(requests, call))
    assert getattr(Client, call).__doc__


def test_both_clients_have_the_same_answers(address):
    async def asked():
        async with AsyncClient(address) as client:
            return [
                (await client.prepare(**NAMES, messages=[("user", "card 4111 1111 1111 1111")])).messages,
                (await client.review(**NAMES, text="card 4111 1111 1111 1111")).text,
                [answer.text async for answer in client.review_stream(["a", "b"], **NAMES)],
                [answer.items async for answer in client.redact_stream([["a"], ["b", "c"]])],
                (await client.redact(["a", {"data": [1]}])).items,
                (await client.end_session(tenant="acme", session_id="calls")).ended,
            ]

    with Client(address) as client:
        answers = [
            client.prepare(**NAMES, messages=[("user", "card 4111 1111 1111 1111")]).messages,
            client.review(**NAMES, text="card 4111 1111 1111 1111").text,
            [answer.text for answer in client.review_stream(["a", "b"], **NAMES)],
            [answer.items for answer in client.redact_stream([["a"], ["b", "c"]])],
            client.redact(["a", {"data": [1]}]).items,
            client.end_session(tenant="acme", session_id="calls").ended,
        ]

    assert asyncio.run(asked()) == answers


def test_threads_share_a_client(address):
    with Client(address) as client, ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda n: client.redact(str(n)).items[0].text, range(100))

        assert list(answers) == [str(n) for n in range(100)]


def test_an_async_client_makes_calls_at_once(address):
    async def asked():
        async with AsyncClient(address) as client:
            return await asyncio.gather(*[client.redact(str(n)) for n in range(50)])

    assert [answer.items[0].text for answer in asyncio.run(asked())] == [str(n) for n in range(50)]


def broken_off():
    yield "a draft that is never "
    raise LookupError("the model is gone")


def test_a_draft_that_breaks_off_is_given_up_and_not_taken_for_the_whole(address, log):
    async def pieces():
        for piece in broken_off():
            yield piece

    async def asked(texts):
        async with AsyncClient(address) as client:
            return [answer async for answer in client.review_stream(texts, **NAMES)]

    with Client(address) as client, pytest.raises(LookupError, match="the model is gone"):
        list(client.review_stream(broken_off(), **NAMES))
    for texts in (broken_off(), pieces()):
        with pytest.raises(LookupError, match="the model is gone"):
            asyncio.run(asked(texts))

    with Client(address) as client:
        assert client.review(**NAMES, text="whole").verdict == Verdict.VERDICT_PASSED
    streams = [line for line in log.read_text().splitlines()[-4:] if "ReviewStream" in line]
    assert [line for line in streams if '"reason": "CANCELLED"' not in line] == []


def test_a_piece_that_is_no_text_is_refused(address):
    with Client(address) as client, pytest.raises(Refused):
        list(client.review_stream(["a", object()], **NAMES))


def test_a_server_that_is_not_there_is_not_waited_for():
    async def asked():
        async with AsyncClient(NOBODY) as client:
            await client.within(3600).redact("a")

    with Client(NOBODY) as client, pytest.raises(Unavailable, match="the server cannot be reached"):
        client.within(3600).redact("a")
    with pytest.raises(Unavailable, match="the server cannot be reached"):
        asyncio.run(asked())


def test_where_that_is_asked_for_it_is_waited_for_until_the_deadline():
    async def asked():
        async with AsyncClient(NOBODY, wait=True) as client:
            await client.within(0.2).redact("a")

    with Client(NOBODY, wait=True) as client, pytest.raises(OutOfTime):
        client.within(0.2).redact("a")
    with pytest.raises(OutOfTime):
        asyncio.run(asked())


def test_a_server_that_comes_later_is_found_by_who_waits_and_by_who_asks_again(moody):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with (
            ThreadPoolExecutor(1) as threads,
            Client(address) as asking,
            Client(address, wait=True) as waiting,
        ):
            with pytest.raises(Unavailable):
                asking.redact("a")
            waited = threads.submit(waiting.within(60).redact, "a")
            moody(address=address)

            def answered():
                with suppress(Unavailable):
                    return asking.redact("a").items[0].text

            assert until(answered) == "answered"
            assert waited.result().items[0].text == "answered"


def test_a_stream_without_a_deadline_does_not_wait_for_ever():
    async def asked():
        async with AsyncClient(NOBODY, wait=True) as client:
            return [answer async for answer in client.redact_stream([["a"]])]

    with Client(NOBODY, wait=True) as client, pytest.raises(Unavailable):
        list(client.redact_stream([["a"]]))
    with pytest.raises(Unavailable):
        asyncio.run(asked())


def test_no_proxy_stands_between(address, monkeypatch):
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, f"http://{NOBODY}")

    with Client(address) as client:
        assert client.within(2).redact("a").items[0].text == "a"


class Moody(grpc.GenericRpcHandler):
    """A server that ends its first calls with the given codes, and answers after that."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.calls = 0

    def service(self, _):
        return grpc.unary_unary_rpc_method_handler(self.answer, None, RedactResponse.SerializeToString)

    def answer(self, _, context):
        self.calls += 1
        if self.codes:
            context.abort(self.codes.pop(0), "quotes 4111 1111 1111 1111")
        return RedactResponse(items=[RedactedItem(text="answered")])


@pytest.fixture
def moody():
    servers = []

    def listening(*codes, address="127.0.0.1:0"):
        handler = Moody(*codes)
        server = grpc.server(ThreadPoolExecutor(2), handlers=[handler])
        port = server.add_insecure_port(address)
        server.start()
        servers.append(server)
        return handler, f"127.0.0.1:{port}"

    yield listening
    for server in servers:
        server.stop(None)


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED])
def test_what_a_restart_breaks_off_is_asked_again(code, moody):
    handler, address = moody(code, code, code)

    with Client(address) as client:
        assert client.redact("a").items[0].text == "answered"
    assert handler.calls == 4


def test_it_is_not_asked_for_ever(moody):
    handler, address = moody(*[grpc.StatusCode.UNAVAILABLE] * 9)

    with Client(address) as client, pytest.raises(Unavailable) as unavailable:
        client.redact("a")
    assert handler.calls == 4
    assert "4111" not in str(unavailable.value)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.INTERNAL, Broken),
        (grpc.StatusCode.UNKNOWN, Broken),
        (grpc.StatusCode.UNIMPLEMENTED, Refused),
    ],
)
def test_a_fault_is_not_asked_again_and_not_quoted(code, kind, moody):
    handler, address = moody(code)

    with Client(address) as client, pytest.raises(kind) as failed:
        client.redact("a")
    assert handler.calls == 1
    assert "4111" not in f"{failed.value!r}"
    assert failed.value.__context__ is None
