"""Where the server may listen."""

import socket
import stat
from pathlib import Path

import pytest

from hushgate.failure import Failure
from hushgate.server.address import Address, check, reserved, socket_file


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("127.0.0.1:50551", Address(host="127.0.0.1", port=50551)),
        ("[::1]:50551", Address(host="::1", port=50551)),
        ("localhost:0", Address(host="localhost", port=0)),
        ("unix:///run/hushgate.sock", Address(path="/run/hushgate.sock")),
        ("unix:/run/hushgate.sock", Address(path="/run/hushgate.sock")),
        ("unix:hushgate.sock", Address(path="hushgate.sock")),
    ],
)
def test_an_address_is_read(written, understood):
    assert Address.parse(written) == understood


@pytest.mark.parametrize(
    "written", ["", "50551", ":50551", "127.0.0.1:", "127.0.0.1:port", "h:70000", "unix://"]
)
def test_what_is_no_address_is_refused(written):
    with pytest.raises(Failure, match=r"^listen: ") as refused:
        Address.parse(written)

    assert refused.value.field == "listen"


@pytest.mark.parametrize(
    "written", ["127.0.0.1:1", "127.8.9.1:1", "[::1]:1", "localhost:1", "unix:///run/h.sock"]
)
def test_loopback_and_a_unix_socket_need_nothing(written):
    check(Address.parse(written), tls=False, insecure=False, workers=1)


@pytest.mark.parametrize("written", ["0.0.0.0:1", "[::]:1", "192.0.2.7:1", "gate.example.com:1"])
def test_any_other_address_needs_tls_or_the_flag_that_says_it_is_insecure(written):
    address = Address.parse(written)

    with pytest.raises(Failure, match="can be reached from other machines"):
        check(address, tls=False, insecure=False, workers=1)
    check(address, tls=True, insecure=False, workers=1)
    check(address, tls=False, insecure=True, workers=1)


def test_a_unix_socket_has_one_worker():
    with pytest.raises(Failure, match="served by one worker"):
        check(Address(path="/run/h.sock"), tls=False, insecure=False, workers=2)


@pytest.mark.parametrize("shared", [True, False])
def test_a_port_that_is_taken_is_refused(shared):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = Address("127.0.0.1", other.getsockname()[1])

        with pytest.raises(Failure, match="already in use"), reserved(address, shared=shared):
            pass


def test_port_zero_becomes_a_free_port_which_stays_ours_while_it_is_shared():
    with reserved(Address("127.0.0.1", 0), shared=True) as ours, socket.socket() as other:
        assert ours.port > 0
        with pytest.raises(OSError, match="already in use"):
            other.bind((ours.host, ours.port))


def test_a_socket_file_is_made_for_owner_and_group_alone(tmp_path: Path):
    path = tmp_path / "gate.sock"

    with socket.socket(socket.AF_UNIX) as made, socket_file(Address(path=str(path))):
        made.bind(str(path))

    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_what_stands_in_a_socket_files_place_is_left_alone(tmp_path: Path):
    path = tmp_path / "gate.sock"
    path.write_text("notes")

    with pytest.raises(Failure, match="is not a socket"), socket_file(Address(path=str(path))):
        pass
    assert path.read_text() == "notes"


def test_a_socket_that_another_server_listens_on_is_left_alone(tmp_path: Path):
    path = tmp_path / "gate.sock"

    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(Failure, match="another server"), socket_file(Address(path=str(path))):
            pass
