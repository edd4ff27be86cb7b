"""What happens around a call, with a server in this process whose detector can be made slow or faulty."""

import asyncio
import io
import json
import threading
from contextlib import asynccontextmanager

import grpc
import pytest

from hushgate.audit.log import Audit
from hushgate.client import AsyncClient, Broken, OutOfTime, Unavailable
from hushgate.detection.detector import Detector
from hushgate.redactor import Redactor
from hushgate.server.frame import Frame
from hushgate.server.log import Log
from hushgate.server.redaction import RedactionServicer
from hushgate.transformation.joinable import Keys
from hushgate.v1 import redaction_service_pb2_grpc


class Patterns:
    """Finds nothing; waits when told to, and fails on a text that says so, quoting it."""

    def __init__(self):
        self.go_on = threading.Event()
        self.go_on.set()
        self.seen = []

    def find_many(self, texts, labels, questions):
        for text in texts:
            self.go_on.wait(10)
            self.seen.append(text)
            if text.startswith("fail"):
                raise ValueError(f"cannot read {text!r}")
        return [[] for _ in texts]


@asynccontextmanager
async def serving(assembled, patterns, **options):
    log = io.StringIO()
    frame = Frame(Log(log), **options)
    redactor = Redactor(Detector(patterns), assembled.redactor.policy, Keys.derive(b"k" * 32))
    server = grpc.aio.server()
    redaction_service_pb2_grpc.add_RedactionServiceServicer_to_server(
        RedactionServicer(
            frame, lambda _: redactor, Audit(), assembled.gate.shadow, items=10, characters=1000
        ),
        server,
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with AsyncClient(f"127.0.0.1:{port}") as client:
        try:
            yield client, log
        finally:
            patterns.go_on.set()
            await server.stop(None)
            frame.close()


async def until(condition):
    for _ in range(6000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(condition)


def test_an_unexpected_exception_is_internal_and_its_text_goes_nowhere(assembled):
    async def scenario():
        async with serving(assembled, Patterns()) as (client, log):
            with pytest.raises(Broken) as broken:
                await client.redact(["fine", "fail 4111 1111 1111 1111"])
            assert (await client.redact("still there")).items[0].text == "still there"
            return broken.value, log.getvalue()

    error, log = asyncio.run(scenario())

    assert (error.reason, str(error)) == (
        "INTERNAL", "hushgate failed; nothing was decided; the server's log says where"
    )  # fmt: skip
    crash, line, _ = map(json.loads, log.splitlines())
    assert (crash["type"], crash["frames"][-1].rpartition("/")[2].split(":")[0]) == (
        "ValueError",
        "test_frame.py",
    )
    assert line["reason"] == "INTERNAL"
    assert "4111" not in log


def test_a_call_whose_time_runs_out_while_it_waits_is_never_begun(assembled):
    async def scenario():
        patterns = Patterns()
        patterns.go_on.clear()
        async with serving(assembled, patterns) as (client, log):
            first = asyncio.ensure_future(client.redact("first"))
            await asyncio.sleep(0.1)
            with pytest.raises(OutOfTime):
                await client.within(0.2).redact("second")
            patterns.go_on.set()
            await first
            await client.redact("third")
            return patterns.seen, log.getvalue()

    seen, log = asyncio.run(scenario())

    assert seen == ["first", "third"]
    reasons = sorted(json.loads(line)["reason"] for line in log.splitlines())
    assert reasons[:2] == ["", ""]
    assert set(reasons[2:]) <= {"CANCELLED", "DEADLINE_TOO_SHORT"}  # whichever the server sees first


def test_a_call_with_hardly_any_time_is_told_so(assembled):
    async def scenario():
        patterns = Patterns()
        async with serving(assembled, patterns) as (client, _):
            await client.redact("connects")
            with pytest.raises(OutOfTime):
                await client.within(0.003).redact("too late")
            return patterns.seen

    assert asyncio.run(scenario()) == ["connects"]


def test_a_deadline_of_ages_is_a_deadline(assembled):
    async def scenario():
        async with serving(assembled, Patterns()) as (client, _):
            return [(await client.within(s).redact("a")).items[0].text for s in (1e7, 1e12, float("inf"))]

    assert asyncio.run(scenario()) == ["a", "a", "a"]


def test_one_call_too_many_is_told_to_come_again(assembled):
    async def scenario():
        patterns = Patterns()
        patterns.go_on.clear()
        async with serving(assembled, patterns, waiting_calls=2) as (client, _):
            waiting = [asyncio.ensure_future(client.redact("a")) for _ in range(2)]
            await asyncio.sleep(0.2)
            with pytest.raises(Unavailable) as overloaded:
                await client.redact("b")
            patterns.go_on.set()
            return overloaded.value, [answer.items[0].text for answer in await asyncio.gather(*waiting)]

    error, answers = asyncio.run(scenario())

    assert (error.reason, error.limit) == ("OVERLOADED", 2)
    assert answers == ["a", "a"]


def test_a_stream_is_not_read_ahead_of_its_answers(assembled):
    batches = 3000
    sent = []

    def endless():
        for n in range(batches):
            sent.append(n)
            yield ["x" * 1000] * 10

    async def scenario():
        patterns = Patterns()
        patterns.go_on.clear()
        async with serving(assembled, patterns) as (client, _):
            answers = client.redact_stream(endless())
            first = asyncio.ensure_future(anext(answers))
            await asyncio.sleep(0.5)
            before = len(sent)
            patterns.go_on.set()
            return before, [await first, *[answer async for answer in answers]]

    before, answers = asyncio.run(scenario())

    assert before < batches / 2  # what fits in the connection's window, of 30 MB
    assert len(answers) == batches


def test_a_stream_that_is_left_lets_its_call_go(assembled):
    async def scenario():
        async with serving(assembled, Patterns()) as (client, log):
            answers = client.redact_stream([["a"], ["b"]])
            await anext(answers)
            await answers.aclose()
            await until(lambda: "RedactStream" in log.getvalue())
            return (await client.redact("c")).items[0].text

    assert asyncio.run(scenario()) == "c"


def test_calls_are_decided_in_the_order_of_asking(assembled):
    async def scenario():
        patterns = Patterns()
        patterns.go_on.clear()
        async with serving(assembled, patterns) as (client, _):
            calls = []
            for n in range(5):
                calls.append(asyncio.ensure_future(client.redact(str(n))))
                await asyncio.sleep(0.03)
            patterns.go_on.set()
            await asyncio.gather(*calls)
            return patterns.seen

    assert asyncio.run(scenario()) == ["0", "1", "2", "3", "4"]
