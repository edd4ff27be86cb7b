"""Which policy decides on every server of a store: after files changed, people asked, and a new start."""

import os

import pytest
from tests.policy.policies import written

from hushgate.failure import Failure, Reason
from hushgate.policy.files import PolicyFiles
from hushgate.policy.inforce import InForce
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.vault import Vault

KEYS = TenantKeys.of(b"m" * 32)


class Server:
    """One of several on a store, with files of its own."""

    def __init__(self, store, *files):
        self.files = PolicyFiles(lambda: files, lambda *_: [])
        self.in_force = InForce(Vault(store, KEYS).board, self.files.look())

    def follows(self):
        self.in_force.follow(self.files.look())
        return self.active

    @property
    def active(self):
        return self.in_force.policies.active.version

    def named(self, version):
        try:
            return self.in_force.policies.of(version).version
        except Failure as failure:
            return failure.reason


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def file(tmp_path):
    return written(tmp_path / "a.yaml", "v1")


def test_the_first_file_decides_and_the_others_can_be_named(store, file, tmp_path):
    server = Server(store, file, written(tmp_path / "b.yaml", "other"))

    assert (server.active, server.named("other"), server.named("none")) == (
        "v1",
        "other",
        Reason.POLICY_UNKNOWN,
    )


def test_a_changed_file_decides_on_every_server_and_after_a_restart_without_the_file(store, file, tmp_path):
    old = written(tmp_path / "old.yaml", "v1")
    one, two = Server(store, file), Server(store, old)
    written(file, "v2")

    assert (one.follows(), two.follows(), one.follows()) == ("v2", "v2", "v2")
    assert Server(store, old).active == "v2"


def test_what_is_activated_stays_until_a_file_brings_something_new(store, file, tmp_path):
    other = written(tmp_path / "b.yaml", "other")
    one, two = Server(store, file, other), Server(store, file, other)

    assert one.in_force.activate("other", "ann")
    assert (one.active, two.follows(), Server(store, file, other).active) == ("other", "other", "other")

    written(file, "v2")
    assert (two.follows(), one.follows()) == ("v2", "v2")


def test_a_file_that_goes_back_decides_again(store, file):
    server = Server(store, file)
    written(file, "v2")
    assert server.follows() == "v2"
    written(file, "v1")

    assert server.follows() == "v1"


def test_rolling_back_goes_one_back_each_time_and_the_file_does_not_undo_it(store, file):
    server = Server(store, file)
    for version in ("v2", "v3"):
        written(file, version)
        server.follows()

    server.in_force.roll_back("ann")
    assert (server.follows(), Server(store, file).active) == ("v2", "v2")
    server.in_force.roll_back("ann")
    assert server.follows() == "v1"
    with pytest.raises(Failure) as caught:
        server.in_force.roll_back("ann")
    assert caught.value.reason is Reason.POLICY_UNKNOWN

    # Written anew, it is still what was taken back; a person may bring it in all the same.
    written(file, "v2")
    server.follows()
    written(file, "v3")
    assert server.follows() == "v1"
    assert server.named("v3") is Reason.POLICY_UNKNOWN
    assert server.in_force.activate("v3", "ann")
    assert server.active == "v3"


def test_a_broken_file_leaves_the_good_one_also_on_a_server_that_begins(store, file):
    server = Server(store, file)
    file.write_text("version: [")
    os.utime(file, (1, 1))

    assert server.follows() == "v1"
    assert Server(store, file).active == "v1"
    with pytest.raises(Failure) as caught:
        Server(MemoryStore(), file)
    assert caught.value.reason is Reason.POLICY_INVALID


def test_where_two_must_agree_nothing_decides_on_the_word_of_one_or_of_a_file(store, tmp_path):
    two = {"activation": {"approvals": 2}}
    file = written(tmp_path / "a.yaml", "v1", **two)
    server, other = Server(store, file), Server(store, file)
    written(file, "v2")  # which would ask for one approval alone

    assert (server.follows(), server.named("v2")) == ("v1", Reason.POLICY_UNKNOWN)
    waiting = server.in_force.listed()[1]
    assert (waiting.version, waiting.required, waiting.activation.by) == ("v2", 2, ())
    assert not server.in_force.activate("v2", "ann")
    assert not server.in_force.activate("v2", "ann")
    assert other.follows() == "v1"
    assert other.in_force.activate("v2", "bob")
    assert (server.follows(), server.in_force.ledger.active.by) == ("v2", ("ann", "bob"))


def test_an_approval_is_of_one_content_alone(store, tmp_path):
    file = written(tmp_path / "a.yaml", "v1", activation={"approvals": 2})
    server = Server(store, file)
    written(file, "v2")
    server.follows()
    server.in_force.activate("v2", "ann")
    written(file, "v2", allow=["more"])
    server.follows()

    assert not server.in_force.activate("v2", "bob")
    assert server.in_force.listed()[1].activation.by == ("bob",)


def test_what_waits_is_taken_back_and_a_policy_that_nobody_approved_cannot_be_named(store, tmp_path):
    file = written(tmp_path / "a.yaml", "v1", activation={"approvals": 2})
    server = Server(store, file, written(tmp_path / "b.yaml", "other"))
    assert server.named("other") is Reason.POLICY_UNKNOWN
    server.in_force.activate("other", "ann")

    server.in_force.roll_back("ann")

    assert (server.active, server.in_force.ledger.pending) == ("v1", None)


def test_a_store_that_has_lost_everything_is_told_again(file, tmp_path):
    store, other = MemoryStore(), written(tmp_path / "b.yaml", "other")
    server = Server(store, file, other)
    server.in_force.activate("other", "ann")
    store._state.clear()

    assert server.follows() == "other"
    assert Server(store, file).active == "other"


def test_the_store_keeps_the_last_contents_alone(store, file):
    server = Server(store, file)
    for number in range(2, 30):
        written(file, f"v{number}")
        server.follows()

    assert len(store._state) == 1 + len(server.in_force.ledger.digests) == 11


def test_an_unknown_version_is_refused_and_says_what_is_wrong_with_the_files(store, file):
    server = Server(store, file)
    with pytest.raises(Failure) as unknown:
        server.in_force.activate("v9", "ann")
    file.write_text("version: v9")
    os.utime(file, (1, 1))
    server.follows()
    with pytest.raises(Failure) as invalid:
        server.in_force.activate("v9", "ann")

    assert (unknown.value.reason, invalid.value.reason) == (Reason.POLICY_UNKNOWN, Reason.POLICY_INVALID)


def test_a_policy_is_found_by_its_version_or_as_much_of_its_digest_as_tells_it_from_others(
    store, file, tmp_path
):
    server = Server(store, file, written(tmp_path / "b.yaml", "other"))
    digest = server.in_force.find("other").digest

    assert server.in_force.find(digest[:12]).version == "other"
    assert server.in_force.find(digest).version == "other"
    for unknown in (digest[:11], digest[:12] + "x", ""):
        with pytest.raises(Failure) as caught:
            server.in_force.find(unknown)
        assert caught.value.reason is Reason.POLICY_UNKNOWN
