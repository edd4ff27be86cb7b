"""Who may call what, on real servers: tokens, certificates, roles, tenants, agents."""

from __future__ import annotations

import asyncio
import base64
import json
import time

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from tests.server.proofs import Authority, jwks, public_pem, token
from tests.waiting import until

from hushgate.client import AsyncClient, Client, Refused, Tls, Verdict
from hushgate.failure import Failure
from hushgate.server.credentials import read_keys
from hushgate.server.identity import NEEDS
from hushgate.server.probe import health
from hushgate.v1 import (
    admin_service_pb2,
    guard_service_pb2,
    redaction_service_pb2,
    tuning_service_pb2,
)

CALL = {"tenant": "acme", "intent": "order_status", "session_id": "s-1"}
ED, EC = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
STRANGER = ed25519.Ed25519PrivateKey.generate()
AGENT = {"roles": ["agent"], "tenants": ["acme"], "agent": "order-bot"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    file = tmp_path_factory.mktemp("keys") / "jwks.json"
    file.write_text(jwks(one=(ED, "EdDSA"), two=(EC, "ES256")))
    return file


@pytest.fixture(scope="module")
def guarded(start, keys):
    with start("--token-keys", str(keys)) as server:
        yield server


def asked(server, proof, call, **arguments):
    """The verdict of a call, or why there is none."""
    with Client(server.address, token=proof) as client:
        try:
            answer = getattr(client, call)(**arguments)
            return "answered" if call != "review" else Verdict.Name(answer.verdict)
        except Refused as error:
            return error.reason


def reviewed(server, proof, **changes):
    return asked(server, proof, "review", **{**CALL, "text": "It is on its way.", **changes})


def test_a_call_without_valid_credentials_is_not_answered(guarded):
    unsigned = jwt.encode({"sub": "x", "aud": "hushgate", "exp": time.time() + 60, **AGENT}, "", "none")
    public = base64.b64encode(public_pem(ED)).decode()
    hmacked = jwt.encode(
        {"sub": "x", "aud": "hushgate", "exp": time.time() + 60, **AGENT}, public * 2, "HS256"
    )
    for wrong in (
        None,
        "no token",
        unsigned,
        hmacked,
        token(STRANGER, **AGENT),
        token(STRANGER, kid="one", **AGENT),
        token(ED, lasts=-60, **AGENT),
        token(ED, aud="another", **AGENT),
        token(ED, aud=None, **AGENT),
        token(ED, exp=None, **AGENT),
        token(ED, sub=None, **AGENT),
        token(ED, nbf=time.time() + 3600, **AGENT),
        token(ED, roles="agent", tenants=["acme"], agent="order-bot"),
        token(ED, roles=["agent"], tenants=["acme"]),
    ):
        assert reviewed(guarded, wrong) == "UNAUTHENTICATED"

    assert health(guarded.address) == "SERVING"
    assert "callers need credentials" in guarded.notice
    assert guarded.line(rpc="Review")["reason"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "proof",
    [
        {"key": ED, **AGENT},
        {"key": EC, "algorithm": "ES256", "kid": "two", **AGENT},
        {"key": ED, "kid": "one", "roles": ["agent"], "tenant": "acme", "agent": "order-bot"},
        {
            "key": ED,
            "aud": ["other", "hushgate"],
            "roles": ["agent", "unheard-of"],
            "tenants": ["*"],
            "agent": "order-bot",
        },
    ],
)
def test_a_signed_token_of_either_key_is_let_in(guarded, proof):
    assert reviewed(guarded, token(**proof)) == "VERDICT_PASSED"


def test_nobody_names_anothers_tenant_or_agent(guarded):
    proof = token(ED, **AGENT)

    assert reviewed(guarded, proof, agent_id="order-bot") == "VERDICT_PASSED"
    assert reviewed(guarded, proof, agent_id="refund-bot") == "AGENT_NOT_ALLOWED"
    assert reviewed(guarded, proof, tenant="other") == "TENANT_UNKNOWN"
    assert reviewed(guarded, proof, tenant="") == "TENANT_UNKNOWN"
    ended = asked(guarded, proof, "end_session", tenant="other", session_id="s-1")
    assert ended == "TENANT_UNKNOWN"
    with Client(guarded.address, token=proof) as client, pytest.raises(Refused) as caught:
        list(client.review_stream(["It is on its way."], **{**CALL, "tenant": "other"}))
    assert caught.value.reason == "TENANT_UNKNOWN"
    with Client(guarded.address, token=proof) as client:
        assert list(client.review_stream(["On its way."], **CALL))[-1].verdict == Verdict.VERDICT_PASSED


def test_each_role_makes_its_own_calls_alone(guarded):
    calls = {
        "agent": ("review", {**CALL, "text": "It is on its way."}),
        "log_writer": ("redact", {"items": ["hello"]}),
        "tuner": ("list_rules", {}),
        "operator": ("list_agents", {}),
        "privacy_officer": ("erase_subject", {"tenant": "acme", "subject_id": "c-9", "reason": "a test"}),
    }
    overseers = {"operator", "privacy_officer"}
    for role in calls:
        proof = token(ED, roles=[role], tenants=["acme"], agent="order-bot")
        let_in = {
            name
            for name, (call, given) in calls.items()
            if asked(guarded, proof, call, **given) != "ROLE_REQUIRED"
        }
        assert let_in == (overseers if role in overseers else {role})


def test_every_call_of_the_protos_has_its_roles():
    protos = (admin_service_pb2, guard_service_pb2, redaction_service_pb2, tuning_service_pb2)
    services = [each for proto in protos for each in proto.DESCRIPTOR.services_by_name.values()]

    assert {method.name for service in services for method in service.methods} == NEEDS.keys()


def test_a_suspended_agent_redacts_no_more_either_also_in_an_open_stream(guarded):
    writer = token(ED, roles=["log_writer"], agent="log-bot")
    operator = token(ED, sub="ops", roles=["operator"])

    async def scenario():
        async with (
            AsyncClient(guarded.address, token=writer) as client,
            AsyncClient(guarded.address, token=operator) as ops,
        ):
            batches = asyncio.Queue()

            async def sent():
                while True:
                    yield await batches.get()

            answers = client.redact_stream(sent())
            await batches.put(["hello"])
            await anext(answers)
            stopped = await ops.suspend_agent(agent_id="log-bot", reason="a test")
            await batches.put(["hello"])
            with pytest.raises(Refused) as caught:
                await anext(answers)
            return stopped.agent.suspended_by, caught.value.reason

    assert asyncio.run(scenario()) == ("ops", "AGENT_NOT_ALLOWED")


def test_a_stream_ends_with_its_token(guarded):
    short = token(ED, lasts=-8.5, **AGENT)  # clocks may differ by ten seconds

    async def scenario():
        async with AsyncClient(guarded.address, token=short) as client:

            async def texts():
                for _ in range(600):
                    yield "It is on its way. " * 10
                    await asyncio.sleep(0.05)

            with pytest.raises(Refused) as caught:
                async for _ in client.review_stream(texts(), **CALL):
                    pass
            return caught.value.reason

    assert asyncio.run(scenario()) == "UNAUTHENTICATED"


def test_keys_turn_with_their_file_and_a_broken_file_changes_nothing(start, tmp_path):
    file = tmp_path / "keys.pem"
    file.write_bytes(public_pem(ED))

    with start("--token-keys", str(file)) as server:
        old, new = token(ED, **AGENT), token(EC, "ES256", **AGENT)
        assert (reviewed(server, old), reviewed(server, new)) == ("VERDICT_PASSED", "UNAUTHENTICATED")
        file.write_bytes(public_pem(ED) + public_pem(EC))
        until(lambda: reviewed(server, new) == "VERDICT_PASSED")
        assert reviewed(server, old) == "VERDICT_PASSED"
        file.write_text("half a fi")
        time.sleep(2.5)
        assert reviewed(server, new) == "VERDICT_PASSED"
        file.write_bytes(public_pem(EC))
        until(lambda: reviewed(server, old) == "UNAUTHENTICATED")
        assert reviewed(server, new) == "VERDICT_PASSED"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'{"keys": []}',
        b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}',
        public_pem(ec.generate_private_key(ec.SECP384R1())),
        public_pem(rsa.generate_private_key(65537, 1024)),
        jwks(one=(ED, "EdDSA"))[:-5].encode(),
    ],
)
def test_a_file_without_a_good_key_is_refused(tmp_path, data):
    (tmp_path / "keys").write_bytes(data)

    with pytest.raises(Failure) as caught:
        read_keys(tmp_path / "keys")

    assert caught.value.field == "token_keys"


def test_an_rsa_key_signs_rs256_and_no_private_key_is_taken(tmp_path):
    key = rsa.generate_private_key(65537, 2048)
    (tmp_path / "keys").write_bytes(public_pem(key))
    (read,) = read_keys(tmp_path / "keys")
    assert read.algorithm == "RS256"

    private = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(ED))
    (tmp_path / "keys").write_text(json.dumps({"keys": [private]}))
    with pytest.raises(Failure):
        read_keys(tmp_path / "keys")


def test_a_certificate_says_who_calls(start, tmp_path):
    authority = Authority(tmp_path)
    server_pem, server_key = authority.certificate("localhost", x509.DNSName("localhost"))
    bot = authority.certificate("bot", x509.UniformResourceIdentifier("spiffe://acme.example/order-bot"))
    writer, nobody = authority.certificate("writer"), authority.certificate("nobody")
    identities = tmp_path / "identities.yaml"
    identities.write_text(
        "spiffe://acme.example/order-bot: {roles: [agent], tenants: [acme], agent: order-bot}\n"
        "writer: {roles: [log_writer]}\n"
    )
    flags = ("--tls-cert", str(server_pem), "--tls-key", str(server_key))
    flags += ("--tls-client-ca", str(authority.file), "--client-identities", str(identities))

    with start(*flags) as server:
        address = f"localhost:{server.address.rpartition(':')[2]}"

        def answer(files, call, **given):
            with Client(address, tls=Tls(authority.file, *files)) as client:
                try:
                    getattr(client.within(5), call)(**given)
                except Refused as error:
                    return error.reason
                return "answered"

        draft = {**CALL, "text": "It is on its way."}
        assert answer(bot, "review", **draft) == "answered"
        assert answer(bot, "review", **{**draft, "tenant": "other"}) == "TENANT_UNKNOWN"
        assert answer(bot, "redact", items=["hello"]) == "ROLE_REQUIRED"
        assert answer(writer, "redact", items=["hello"]) == "answered"
        assert answer(nobody, "redact", items=["hello"]) == "UNAUTHENTICATED"


def test_a_token_is_not_sent_over_a_network_in_the_clear():
    with Client("gate.example.com:50551", token="t") as client, pytest.raises(Refused) as caught:
        client.list_rules()

    assert caught.value.field == "tls"
