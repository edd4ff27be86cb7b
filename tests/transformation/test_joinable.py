"""What stands for a value wherever it turns up: joinable, bound to its entity, opened by its key alone."""

import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import given
from hypothesis import strategies as st

from hushgate.transformation.joinable import Keys, decrypt, encrypted, hashed, normal_form

KEYS = Keys.derive(b"a key for tests")
NEXT = Keys.derive(b"the key after it", b"a key for tests")


@pytest.mark.parametrize(
    ("key", "data", "plain", "sealed"),
    [
        (  # RFC 5297, A.1
            "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
            ["101112131415161718191a1b1c1d1e1f2021222324252627"],
            "112233445566778899aabbccddee",
            "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c",
        ),
        (  # RFC 5297, A.2
            "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f",
            [
                "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100",
                "102030405060708090a0",
                "09f911029d74e35bd84156c5635688c0",
            ],
            "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553",
            "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17"
            "dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d",
        ),
    ],
)
def test_the_cipher_is_the_one_of_rfc_5297(key, data, plain, sealed):
    associated = [bytes.fromhex(each) for each in data]

    assert AESSIV(bytes.fromhex(key)).encrypt(bytes.fromhex(plain), associated).hex() == sealed


@given(st.text(max_size=40), st.sampled_from(["PERSON", "IP_ADDRESS"]))
def test_what_is_encrypted_comes_back_in_its_normal_form_under_its_key(value, entity):
    stand_in = encrypted(entity, value, KEYS)

    assert decrypt(f"<{stand_in}>", KEYS).text == f"<{normal_form(entity, value)}>"
    assert decrypt(stand_in, Keys.derive(b"another")).text == stand_in


@pytest.mark.parametrize("make", [hashed, encrypted])
@pytest.mark.parametrize(
    ("entity", "writings"),
    [
        ("PERSON", ["Dana Whitfield", "DANA WHITFIELD", "Dana  Whitfield"]),
        ("CREDIT_CARD", ["4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111"]),
        ("PHONE_NUMBER", ["(212) 555-0188", "212-555-0188", "212 555 0188"]),
        ("EMAIL_ADDRESS", ["Dana@Example.com", "dana@example.com"]),
    ],
)
def test_all_writings_of_a_value_have_one_stand_in(make, entity, writings):
    assert len({make(entity, value, KEYS) for value in writings}) == 1


@pytest.mark.parametrize("make", [hashed, encrypted])
@pytest.mark.parametrize(
    ("entity", "values"),
    [
        ("IP_ADDRESS", ["192.0.2.11", "192.0.21.1"]),
        ("DATE_TIME", ["2025-1-11", "2025-11-1"]),
        ("ACCOUNT_ID", ["12.3", "1.23"]),
    ],
)
def test_values_that_differ_in_their_separators_stay_apart(make, entity, values):
    assert len({make(entity, value, KEYS) for value in values}) == len(values)


def test_a_stand_in_names_its_key_and_a_later_key_ring_still_opens_it():
    old, new = encrypted("PERSON", "Dana", KEYS), encrypted("PERSON", "Dana", NEXT)

    assert old != new
    assert f"~{KEYS.current}~" in old
    assert f"~{NEXT.current}~" in new
    assert decrypt(f"{old} {new}", NEXT).text == "dana dana"
    assert decrypt(f"{old} {new}", KEYS).unopened == 1


def test_a_stand_in_moved_to_another_entity_does_not_open():
    moved = encrypted("PERSON", "Dana", KEYS).replace("PERSON", "LOCATION")

    assert decrypt(moved, KEYS) == decrypt(moved, Keys.derive(b"another"))


def test_the_command_opens_a_log_with_its_key_and_counts_what_stays_closed(tmp_path):
    (tmp_path / "key").write_text("k" * 64)
    keys = Keys.derive(b"k" * 64)
    log = f"a {encrypted('PERSON', 'Dana', keys)}\nb {encrypted('PERSON', 'Dana', KEYS)}\n"
    (tmp_path / "app.log").write_text(log)

    done = subprocess.run(
        [sys.executable, "-m", "hushgate", "decrypt", "--key-file", tmp_path / "key", tmp_path / "app.log"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stdout.startswith("a dana\nb [PERSON~")
    assert done.stderr == "hushgate: 1 ciphertext does not open under the given keys\n"
