"""The named checks: each passes what its standard passes, with separators too, and fails a wrong digit."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest
import stdnum
from hypothesis import given, settings
from hypothesis import strategies as st

from hushgate.detection.checks import CHECKS
from hushgate.detection.checksums import luhn

PASS = {
    "luhn": ["4111 1111 1111 1111", "378282246310005", "٤١١١١١١١١١١١١١١١"],
    "mod11": ["9434765919", "0-306-40615-2"],
    "verhoeff": ["2363"],
    "iban": ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "ES1417967141824989447424"],
    "bic": ["DEUTDEFF", "DEUTDEFF500"],
    "aba": ["021000021", "0110-0001-5"],
    "us_ssn": ["219-09-9999", "219099999"],
    "us_itin": ["900-70-0000"],
    "us_npi": ["1234567893"],
    "us_dea": ["AB1234563"],
    "nhs": ["943 476 5919"],
    "sg_nric": ["S1234567D", "F1234567N", "g1234567x", "M1234567K"],
    "hk_identity_card": ["A123456(3)", "AB987654（3）"],
    "tw_national_id": ["A123456789", "F223456786"],
    "kr_business_number": ["116-82-00276", "1348672683"],
    "ru_snils": ["112-233-445 95"],
    "nz_nhi": ["ZZZ0016", "ZZZ00AX", "ZBN77VL"],
    "fi_personal_identity_code": ["131052-308T", "131052-9052"],
    "vin": ["1M8GDM9AXKP042788"],
    "imei": ["49-015420-323751-8"],
    "mac": ["00:1B:44:11:3A:B7", "00-1b-44-11-3a-b7"],
    "ip": ["192.0.2.1", "2001:db8::1", "[2001:db8::1]", "192.0.2.0/24", "fe80::1%eth0"],
    "phone": [
        "212-555-0188",
        "(212) 555-0188",
        "+1 212 555 0188",
        "1-212-555-0188",
        "2125550188",
        "+44 20 7946 0018",
        "020 7946 0018",
        "07700 900123",
        "+49 30 123456",
        "0011 44 20 7946 0018",
        "(555) 123-4567",
    ],
    "phone.gb": ["07700 900123", "+44 7700 900123"],
    "date": ["2024-02-29", "29/02/2024", "12/31/1985", "3 March 1985", "Mar 3, 85", "19851231"],
    "base58check": ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
    "bech32": ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "BC1SW50QGDZ25J"],
    "entropy": ["9f86d081884c7d659a2feaa0", "x7Kp2mQz9Rt4Wv8Ys1Lb"],
    "jwt": ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x"],
    "stdnum.de.idnr": ["36 574 261 809"],
    "stdnum.is_.kennitala": ["450401-3150"],
}
FAIL = {
    "sg_nric": ["S1234567X", "A1234567D"],
    "hk_identity_card": ["A123456(4)", "A12345(3)"],
    "tw_national_id": ["A123456788", "1123456789"],
    "kr_business_number": ["116-82-00275", "116-82-0027"],
    "ru_snils": ["112-233-445 96", "112-233-445"],
    "nz_nhi": ["ZZZ0017", "ZZI0016"],
    "fi_personal_identity_code": ["131052-308U", "310252-308Y"],
    "luhn": ["4111 1111 1111 1112", "0000000000000000", ""],
    "mod11": ["9434765918", "X"],
    "verhoeff": ["2364"],
    "iban": ["GB82 WEST 1234 5698 7654 33", "XX89370400440532013000"],
    "bic": ["DEUTXXFF", "ABC"],
    "aba": ["021000022", "991000021", "000000000"],
    "us_ssn": [
        "000-12-3456",
        "666-12-3456",
        "912-12-3456",
        "219-00-9999",
        "219-09-0000",
        "111111111",
        "21909999",
    ],
    "us_itin": ["900-49-0000", "800-70-0000"],
    "us_npi": ["1234567890", "3234567893"],
    "us_dea": ["AB1234564", "1B1234563"],
    "nhs": ["943 476 5918"],
    "vin": ["1M8GDM9A0KP042788", "11111111111111111", "1M8GDM9AXKP04278"],
    "imei": ["49-015420-323751-9"],
    "mac": ["00:1B:44:11:3A"],
    "ip": ["256.1.1.1", "1.2.3", "v1.2.3.4"],
    "phone": ["1234567890", "911-555-0188", "12", "+999 1", "00 0000", "call"],
    "phone.gb": ["212-555-0188"],
    "date": ["2023-02-29", "31/04/2024", "99999999", "1985", "a b c"],
    "base58check": ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "0OIl", ""],
    "bech32": ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "Bc1SW50QGDZ25J", "1"],
    "entropy": ["internationalisation", "1111111111a", "0000000000"],
    "jwt": ["eyJhbGci", "W10.x.y", "é.x"],
    "stdnum.de.idnr": ["36 574 261 808"],
    "stdnum.is_.kennitala": ["450401-3151"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in PASS.items() for value in values]
)
def test_a_well_formed_value_passes(name, value):
    assert CHECKS[name](value)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in FAIL.items() for value in values]
)
def test_a_malformed_value_fails(name, value):
    assert not CHECKS[name](value)


def test_every_check_of_our_own_has_its_examples():
    ours = {name for name in CHECKS if "." not in name}

    assert ours == {name for name in PASS if "." not in name} == {name for name in FAIL if "." not in name}


def test_the_list_is_closed():
    assert "rot13" not in CHECKS
    assert "stdnum.exceptions" not in CHECKS
    assert "stdnum.os" not in CHECKS
    assert "phone.xx" not in CHECKS
    assert "stdnum.de" not in CHECKS


def test_every_module_of_stdnum_that_checks_is_named():
    names = {module.name for module in pkgutil.walk_packages(stdnum.__path__, "stdnum.") if not module.ispkg}
    kept_for_their_old_name = {"stdnum.iso9362", "stdnum.eu.nace"}

    checking = {name for name in names - kept_for_their_old_name if hasattr(import_module(name), "is_valid")}
    assert {name for name in CHECKS if name.startswith("stdnum.")} == checking


@settings(max_examples=20)
@given(st.text(max_size=30))
def test_no_check_raises_on_any_text(text):
    for name in CHECKS:
        if not name.startswith("phone."):
            assert CHECKS[name](text) in {True, False}


@given(st.text("0123456789", min_size=2, max_size=20), st.integers(0, 19), st.integers(1, 9))
def test_luhn_notices_any_one_wrong_digit(digits, place, by):
    last = next(check for check in "0123456789" if len(set(digits + check)) == 1 or luhn(digits + check))
    right = digits + last
    place %= len(right)
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]

    assert not (luhn(right) and luhn(wrong))
