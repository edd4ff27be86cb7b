"""The ring of master keys: read from a file, held by a key service, turned while sessions go on."""

import base64
import json
import sys
from pathlib import Path

import pytest

from hushgate.assembly import load_tenant_keys
from hushgate.failure import Failure, Reason
from hushgate.sessions.facts import Known
from hushgate.sessions.keys import Ring, TenantKeys, ask, version_of
from hushgate.sessions.vault import Vault
from hushgate.settings import Settings

VALUE = Known("88213409118", "ACCOUNT_ID")
OLD = Ring("1", {"1": b"a" * 32})
NEW = OLD.rotated(b"b" * 32)

SERVICE = """
import base64, sys
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
verb, version = sys.argv[1:]
work = {"wrap": aes_key_wrap, "unwrap": aes_key_unwrap}[verb]
key = base64.b64decode(sys.stdin.read())
print(base64.b64encode(work(b"held by the service alone!".ljust(32), key)).decode())
"""
"""A key service: AES key wrap (RFC 3394) under a key that hushgate never has."""


class Turning:
    """A ring that somebody turns."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring

    def keys(self) -> TenantKeys:
        return TenantKeys(lambda: self.ring)


@pytest.fixture
def service(tmp_path) -> str:
    (tmp_path / "service.py").write_text(SERVICE)
    return f"{sys.executable} {tmp_path / 'service.py'}"


def test_a_key_alone_is_a_ring_of_one_and_a_ring_comes_back_as_written():
    assert Ring.read(b"k" * 40) == Ring("1", {"1": b"k" * 40})
    assert Ring.read(NEW.written()) == NEW


@pytest.mark.parametrize(
    "data",
    [
        b"short",
        b'{"versions": {}}',
        b'{"current": "2", "versions": {"1": "%s"}}' % base64.b64encode(bytes(32)),
        b'{"current": "1", "versions": {"1": "AAAA"}}',
        b'{"current": "1", "versions": {"1": "no base64!"}}',
        b'{"current": "", "versions": {"": "%s"}}' % base64.b64encode(bytes(32)),
    ],
)
def test_what_is_no_ring_is_refused(data):
    with pytest.raises(Failure) as caught:
        Ring.read(data)

    assert caught.value.reason is Reason.FIELD_INVALID


def test_the_current_version_cannot_be_taken_out():
    assert NEW.without("1").versions == {"2": b"b" * 32}
    for version in ("2", "3"):
        with pytest.raises(Failure):
            NEW.without(version)


def test_no_repr_holds_a_key():
    assert "aaaa" not in repr(OLD)


def test_old_sessions_stay_open_and_are_wrapped_anew_when_the_ring_turns(store):
    turning = Turning(OLD)
    vault = Vault(store, turning.keys())
    token = vault.open("acme", "s-1").pseudonym(VALUE)
    vault.save("acme", "s-1")

    turning.ring = NEW
    vault.tend()

    assert vault.open("acme", "s-1").token_of("ACCOUNT_ID", VALUE.value) == token
    vault.open("acme", "s-2")
    assert {version_of(wrapped) for wrapped in store.wrapped_keys()} >= {"2"}
    Vault(store, turning.keys())
    assert {version_of(wrapped) for wrapped in store.wrapped_keys()} == {"2"}

    after = Vault(store, Turning(NEW.without("1")).keys())
    assert after.open("acme", "s-1").token_of("ACCOUNT_ID", VALUE.value) == token


def test_a_replica_that_meets_a_new_version_looks_for_it_at_once(store):
    one, two = Turning(OLD), Turning(OLD)
    early, late = Vault(store, one.keys()), Vault(store, two.keys())
    one.ring = two.ring = NEW
    early.tend()
    token = early.open("acme", "s-1").pseudonym(VALUE)
    early.save("acme", "s-1")

    assert late.open("acme", "s-1").token_of("ACCOUNT_ID", VALUE.value) == token


def test_a_version_that_is_taken_out_too_early_is_a_failure_and_nobodys_session(store):
    Vault(store, TenantKeys(lambda: OLD)).open("acme", "s-1")
    turning = Turning(NEW)
    Vault(store, turning.keys())

    vault = Vault(store, Turning(NEW.without("1")).keys())
    with pytest.raises(Failure) as caught:
        vault.open("acme", "s-1")

    assert caught.value.reason is Reason.STORE_UNAVAILABLE


def test_a_key_service_holds_the_keys_and_is_asked_once_a_ring(tmp_path, service):
    wrapped = Ring("1", {"1": ask(service, "wrap", "1", b"a" * 32)})
    file = tmp_path / "ring.json"
    file.write_bytes(wrapped.written())
    assert base64.b64encode(b"a" * 32) not in file.read_bytes()

    keys = load_tenant_keys(Settings(key_file=file, key_command=service))
    assert keys.ring == OLD

    Path(tmp_path, "service.py").unlink()
    keys.refresh()
    assert keys.ring == OLD


def test_a_key_service_that_fails_is_a_failure_without_its_words(tmp_path, service):
    file = tmp_path / "ring.json"
    file.write_text(json.dumps({"current": "1", "versions": {"1": base64.b64encode(b"x" * 40).decode()}}))

    for command in (service, "/no/such/program"):
        with pytest.raises(Failure) as caught:
            load_tenant_keys(Settings(key_file=file, key_command=command))
        assert caught.value.sentence == "key_command did not unwrap version 1"


def test_the_ring_comes_from_the_environment_too():
    settings = Settings.read({"HUSHGATE_KEY": NEW.written().decode()})

    assert load_tenant_keys(settings).ring == NEW
