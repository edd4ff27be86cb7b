"""A made-up value has the form of the real one and can be nobody's."""

import ipaddress
import random
import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushgate.detection.checks import CHECKS
from hushgate.transformation.reserved import made_up

KEPT_FOR_FICTION = re.compile(
    r"""(?x) \+1 [2-9]\d\d 55501\d\d
    | \+44 (?: 7700900 | 2079460 | 1632960 | 2890180 | 2920180 ) \d{3}
    | \+44 (?: 113|114|115|121|131|141|151|161 ) 4960 \d{3}
    | \+61 [2378] (?: 5550 | 7010 ) \d{4}
    | \+33 (?: 19900 | 26191 | 35301 | 46571 | 53649 | 63998 ) \d{4}
    | \+353 2091 \d{5}
    | \+49 (?: 3023125 | 6990009 | 4066969 | 2214710 | 8999998 ) \d{3}
    | \+49 (?: 17139200 | 176040690 ) \d\d
    | \+46 7017406 [1-9]\d
    """
)
"""As the authorities list them; see hushgate.transformation.reserved."""
seeds = st.integers(0, 2**32)


def picks(seed: int):
    return random.Random(seed).randrange


def form(value: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", value))


@given(seeds)
@pytest.mark.parametrize(
    ("value", "region"),
    [
        ("212-555-0188", "US"), ("(212) 555-0188", "US"), ("+1 212 555 0188", None),
        ("020 7946 0018", "GB"),
        ("+44 7700 900123", None), ("+61 2 5550 1234", None), ("0199001234", "FR"),
        ("+49 30 23125 123", None),
        ("+46 70 174 06 15", None), ("+353 20 912 3456", None),
    ],
)  # fmt: skip
def test_a_telephone_number_is_kept_for_fiction_in_its_country(value, region, seed):
    made = made_up("PHONE_NUMBER", value, picks(seed))

    assert made is not None
    number = phonenumbers.parse(made, region)
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert KEPT_FOR_FICTION.fullmatch(whole), whole
    assert number.country_code == phonenumbers.parse(value, region).country_code
    if len(re.sub(r"\D", "", made)) == len(re.sub(r"\D", "", value)):
        assert form(made) == form(value)


def test_a_country_without_numbers_for_fiction_has_no_made_up_one():
    assert made_up("PHONE_NUMBER", "+81 3 1234 5678", picks(1)) is None


@given(seeds, st.sampled_from(["4111 1111 1111 1111", "378282246310005", "5555-5555-5555-4444"]))
def test_a_card_fails_the_check_that_every_card_passes(seed, value):
    made = made_up("CREDIT_CARD", value, picks(seed))

    assert not CHECKS["luhn"](made)
    assert (form(made), made[0]) == (form(value), value[0])


@given(seeds, st.sampled_from(["GB33BUKB20201555555555", "DE89 3704 0044 0532 0130 00"]))
def test_an_iban_fails_the_check_that_every_iban_passes(seed, value):
    made = made_up("IBAN_CODE", value, picks(seed))

    assert not CHECKS["iban"](made)
    assert (form(made), made[:2]) == (form(value), value[:2])
    assert 2 <= int(made[2:4]) <= 98


@given(seeds)
def test_national_numbers_are_from_ranges_that_are_never_given_out(seed):
    assert not CHECKS["us_ssn"](made_up("US_SSN", "536-22-8417", picks(seed)))
    assert not CHECKS["us_itin"](made_up("US_SSN", "536-22-8417", picks(seed)))
    assert made_up("UK_NINO", "AB123456C", picks(seed))[:2] in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
    nhs = made_up("UK_NHS", "943 476 5919", picks(seed))
    assert CHECKS["nhs"](nhs)
    assert re.fullmatch(r"999 \d{3} \d{4}", nhs)


@given(seeds, st.emails())
def test_an_email_address_is_at_an_example_domain(seed, value):
    made = made_up("EMAIL_ADDRESS", value, picks(seed))

    assert re.fullmatch(r".+@example\.(?:com|net|org)", made)


@given(seeds, st.ip_addresses())
def test_an_address_on_the_net_is_kept_for_documentation(seed, value):
    made = ipaddress.ip_address(made_up("IP_ADDRESS", str(value), picks(seed)))

    nets = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    assert any(made in ipaddress.ip_network(net) for net in nets)
    assert made.version == value.version


@given(seeds)
def test_a_hardware_address_is_kept_for_documentation(seed):
    assert made_up("MAC_ADDRESS", "AC:DE:48:00:11:22", picks(seed)).startswith("00:00:5E:00:53:")
