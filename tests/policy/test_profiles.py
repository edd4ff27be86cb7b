"""Profiles: floors of laws and standards that a policy may be stricter than and is never laxer."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
import yaml
from tests.policy.policies import SAYS, settled, written

from hushgate.assembly import load_rules, policy_files
from hushgate.calls import Message, PrepareCall, Record, ReviewCall, Verdict
from hushgate.finding import Action, Finding
from hushgate.outbound.review import review
from hushgate.policy.files import PolicyFiles
from hushgate.policy.model import DESTINATIONS
from hushgate.policy.profiles import check_profile
from hushgate.policy.reader import check_policy, policy_of, read_policy
from hushgate.policy.strictness import STRICTNESS
from hushgate.policy.words import explained
from hushgate.preparing import prepare
from hushgate.redactor import Redactor
from hushgate.sessions.facts import Known
from hushgate.sessions.session import Session
from hushgate.settings import Settings
from hushgate.transformation.joinable import Keys
from hushgate.treatment import Reader

POLICIES = Path(__file__).parents[2] / "policies"
SHIPPED = ("ccpa", "gdpr", "hipaa", "hipaa_safe_harbor", "pci_dss")
KEY = b"k" * 32
ENTITIES = {rule.entity for rule in load_rules(Settings())}
NAMED = {"PERSON", "LOCATION", "ORGANIZATION", "NRP"}
OWN = {"profile": "house", "description": "Ours.", "references": ["https://example.com"]}
LAX = {
    **SAYS,
    "intents": {"order_status": {"fields": {"**": "keep"}}},
    "entities": {
        "customer.cvv": "CARD_SECURITY_CODE",
        "customer.mrn": "MEDICAL_RECORD",
        "customer.ssn": "US_SSN",
    },
    "destinations": {p: {"default": "keep", "secrets": "keep", "dropped": "keep"} for p in DESTINATIONS},
}


def lax(tmp_path, *profiles, **also):
    """A policy that lets everything through, but for its profiles."""
    return read_policy(written(tmp_path / "p.yaml", "v1", **LAX | {"profiles": list(profiles)} | also))


def house(tmp_path, name="house", **says):
    file = tmp_path / f"{name}.yaml"
    file.write_text(yaml.safe_dump(OWN | {"profile": name} | says))
    return file


@pytest.fixture
def detector(assembled):
    return assembled.redactor._detector


def told(policy, detector, data, text="", session=None):
    call = PrepareCall(
        "acme", "s", "", "order_status", customer_id="c-1", messages=(Message("user", text),),
        records=(Record("crm", "c-1", json.dumps(data)),),
    )  # fmt: skip
    return prepare(call, policy, session or Session(KEY), detector, Keys.derive(KEY))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_profile_says_nothing_that_means_nothing_and_where_it_comes_from(name):
    file = POLICIES / "profiles" / f"{name}.yaml"

    assert check_profile(file, entities=ENTITIES | NAMED) == []
    assert yaml.safe_load(file.read_text())["profile"] == name
    assert "not legal advice" in file.read_text() or "not an assessment" in file.read_text()


def test_profiles_are_no_policies_wherever_policies_are_looked_for(tmp_path):
    (tmp_path / "profiles").mkdir()
    policy, own = written(tmp_path / "a.yaml", "v1"), house(tmp_path / "profiles")

    assert [file.name for file in policy_files(Settings())] == ["contact-centre.yaml"]
    assert policy_files(Settings(policies=(tmp_path,))) == (policy,)
    assert policy_files(Settings(policies=(own,))) == (own,), "a file that is named is what it is named for"


@pytest.mark.parametrize("name", SHIPPED)
def test_no_policy_is_laxer_than_its_profile_and_no_profile_loosens_a_policy(tmp_path, name):
    with_ = lax(tmp_path, name)
    strict = read_policy(written(tmp_path / "s.yaml", "v2", **LAX | {"profiles": [name], "destinations": {
        **dict.fromkeys(DESTINATIONS, "redact"), "customer": "block"}}))  # fmt: skip
    knowns = (None, *(Known("x", "", subject=subject) for subject in ("c-1", "c-2")))

    for place, entity, known in product(DESTINATIONS, sorted(ENTITIES | NAMED), knowns):
        finding = Finding(0, 1, entity, 1.0, "r")
        floor = Reader(with_, with_.destination(place), "c-1").decided(finding, known)
        both = Reader(strict, strict.destination(place), "c-1").decided(finding, known)
        least = {"customer": Action.BLOCK}.get(place, Action.REDACT)
        assert STRICTNESS.index(both.action) >= max(map(STRICTNESS.index, (floor.action, least)))
        assert {*floor.decided_by} <= {f"profile.{each}" for each in with_.profiles}
        assert bool(floor.decided_by) == (floor.action is not Action.KEEP)


def test_where_several_profiles_apply_the_strictest_wins_and_the_answer_says_which(tmp_path, detector):
    policy = lax(tmp_path, "pci_dss", "ccpa", "gdpr")
    prepared = told(policy, detector, {}, "card 4111 1111 1111 1111, mail dana@example.com")

    assert {one.finding.entity: one.finding.decided_by for one in prepared.findings} == {
        "CREDIT_CARD": ("profile.ccpa",), "EMAIL_ADDRESS": ("profile.gdpr",),
    }  # fmt: skip
    assert prepared.messages[0].text.startswith("card [CREDIT_CARD_")


def test_a_policy_that_is_as_strict_decides_itself(tmp_path, detector):
    model = {"destinations": LAX["destinations"] | {"model": "redact"}}
    prepared = told(lax(tmp_path, "pci_dss", **model), detector, {}, "card 4111 1111 1111 1111")

    assert [(one.finding.action, one.finding.decided_by) for one in prepared.findings] == [
        (Action.REDACT, ())
    ]


@pytest.mark.parametrize("action", ["keep", "last4", "pseudonymize"])
def test_what_a_field_holds_is_hidden_for_certain_however_the_intent_names_it(tmp_path, detector, action):
    """A short number that no rule finds and nobody would recall: the policy says what it is."""
    intents = {"order_status": {"fields": {"customer.*": action}}}
    own = house(tmp_path, model={"MEDICAL_RECORD": "redact"}, drop=["**.cvv"])
    policy = lax(tmp_path, own.name, intents=intents)

    prepared = told(policy, detector, {"customer": {"mrn": "417", "cvv": 123}})

    assert json.loads(prepared.records[0].json) == {"customer": {"mrn": "[MEDICAL_RECORD]"}}
    dropped = next(field for field in prepared.fields if field.path == "customer.cvv")
    assert (dropped.action, dropped.decided_by) == (Action.DROP, ("profile.house",))


def test_a_profile_that_blocks_for_the_model_leaves_the_field_out(tmp_path, detector):
    intents = {"order_status": {"fields": {"customer.*": "hash"}}}
    policy = lax(tmp_path, house(tmp_path, model={"US_SSN": "block"}).name, intents=intents)

    assert json.loads(
        told(policy, detector, {"customer": {"ssn": "536-22-8417", "a": "b"}}).records[0].json
    ).keys() == {"customer"}
    assert "ssn" not in told(policy, detector, {"customer": {"ssn": "536-22-8417"}}).records[0].json


def test_a_draft_is_under_the_profiles_too(tmp_path, detector):
    policy, session = lax(tmp_path, "pci_dss"), Session(KEY)
    call = ReviewCall("acme", "s", "", "order_status", "customer", text="Your card is 4111 1111 1111 1111.")

    judged = review(call, policy, session, detector, Keys.derive(KEY))

    assert (judged.verdict, judged.content) == (Verdict.REDACTED, "Your card is **** **** **** 1111.")
    assert [ground.decided_by for ground in judged.reasons] == [("profile.pci_dss",)]


def test_what_goes_to_a_log_is_under_the_profiles_too(tmp_path, detector):
    redactor = Redactor(detector, lax(tmp_path, "gdpr"), Keys.derive(KEY))
    redaction = redactor.redact("mail dana@example.com")

    assert "dana" not in redaction.text
    assert [found.decided_by for found in redaction.findings] == [("profile.gdpr",)]


def test_safe_harbor_leaves_the_year_and_the_first_digits_of_a_zip_code(tmp_path, detector):
    entities = {"customer.birthday": "DATE_OF_BIRTH", "customer.zip": "POSTCODE", "customer.ssn": "US_SSN"}
    fields = {"customer.birthday": "last4", "customer.zip": "keep", "customer.ssn": "last4"}
    policy = lax(tmp_path, "hipaa", entities=entities, intents={"order_status": {"fields": fields}})
    data = {"customer": {"birthday": "1984-05-03", "zip": "10018", "ssn": "536-22-8417"}}

    customer = json.loads(told(policy, detector, data).records[0].json)["customer"]

    assert (customer["birthday"], customer["zip"]) == ("1984", "100**")
    assert customer["ssn"].startswith("[US_SSN_")


def test_safe_harbor_by_its_letter_leaves_no_token_and_no_employer(tmp_path, detector):
    policy = lax(tmp_path, "hipaa_safe_harbor", deny={"ORGANIZATION": ["Ostrander Mills"]})
    told_ = told(policy, detector, {}, "ssn 536-22-8417, born 1984-05-03, works for Ostrander Mills")

    assert told_.messages[0].text == "ssn [US_SSN], born 1984, works for [ORGANIZATION]"
    assert [*policy.profiles] == ["hipaa", "hipaa_safe_harbor"]


@pytest.mark.parametrize("profiles", [["gdpr"], ["ccpa"], ["pci_dss"], ["gdpr", "ccpa", "pci_dss"]])
def test_the_shipped_policy_does_what_its_tests_say_under_the_profiles_too(tmp_path, detector, profiles):
    from hushgate.proving import prove

    text = (POLICIES / "contact-centre.yaml").read_text()
    file = tmp_path / "p.yaml"
    file.write_text(text.replace("\ninternal:", f"\nprofiles: {json.dumps(profiles)}\n\ninternal:", 1))

    policy = read_policy(file)

    assert [*policy.profiles] == profiles
    assert prove(file, policy, detector) == []


def test_a_profile_is_part_of_what_the_policy_says(tmp_path):
    plain, with_ = lax(tmp_path), lax(tmp_path, "gdpr")
    own = lax(tmp_path, house(tmp_path, log={"PERSON": "redact"}).name)
    other = lax(tmp_path, house(tmp_path, log={"PERSON": "hash"}).name)

    assert len({each.digest for each in (plain, with_, own, other)}) == 4
    again = policy_of(own.content)
    assert (again.digest, [*again.profiles]) == (own.digest, ["house"])
    assert again.destination("log").profiles == own.destination("log").profiles


@pytest.mark.parametrize(
    ("profiles", "line", "sentence"),
    [
        (["gdpr", "sox"], 4, "names no profile; hushgate has ccpa, gdpr, hipaa, hipaa_safe_harbor, pci_dss"),
        (["./nowhere.yaml"], 3, "names no profile"),
        ([OWN], 3, "names no profile"),
        (["gdpr", "gdpr"], 4, "profiles[1] stands here a second time"),
        ("gdpr", 2, "profiles must be a list"),
    ],
)
def test_a_profile_that_is_not_there_is_a_problem_of_the_policy(tmp_path, profiles, line, sentence):
    file = tmp_path / "p.yaml"
    file.write_text(
        yaml.safe_dump(
            {"version": "v1", "profiles": profiles, **SAYS}, sort_keys=False, default_flow_style=False
        )
    )
    [problem] = [each for each in check_policy(file) if "profile" in each.sentence]

    assert (problem.file, sentence in problem.sentence) == (str(file), True)
    assert problem.line == line


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ({"log": {"PERSN": "redact"}}, "nothing finds the entity PERSN"),
        ({"log": {"PERSON": "hold"}}, "asks none"),
        ({"hold": ["tool"]}, "hold is not a key that is known here"),
        ({"references": []}, "is empty"),
        ({"drop": ["a..b"]}, "the path a..b cannot be read"),
        ({"profile": "Our House"}, "profile"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said_with_its_own_file_and_line(tmp_path, says, sentence):
    own = house(tmp_path, **says)
    file = written(tmp_path / "p.yaml", "v1", profiles=[own.name])

    [problem] = check_policy(file, entities={"PERSON"})

    assert (problem.file, sentence in problem.sentence, problem.line > 0) == (str(own), True, True)


def test_a_changed_profile_changes_the_policy_while_a_server_runs_and_a_broken_one_does_not(tmp_path):
    def write(**says):
        beside = tmp_path / "house.new"
        beside.write_text(yaml.safe_dump(OWN | says))
        return settled(beside, tmp_path / "house.yaml")

    write(log={"PERSON": "hash"})
    policy = written(tmp_path / "p.yaml", "v1", profiles=["./house.yaml"])
    files = PolicyFiles(lambda: [policy], lambda *_: [])
    first = files.look()
    write(log={"PERSON": "redact"}, drop=["a.b"])
    second = files.look()
    write(log={"PERSN": "redact it"})
    third = files.look()

    assert files.look() is third
    assert [len(look.problems) for look in (first, second, third)] == [0, 0, 1]
    assert first.first.digest != second.first.digest == third.first.digest


def test_an_intent_is_explained_with_what_profiles_and_signals_make_stricter(tmp_path):
    policy = lax(
        tmp_path, house(tmp_path, model={"US_SSN": "redact"}, drop=["a.b"]).name,
        intents={"order_status": {"fields": {"customer.ssn": "keep"}}},
        risk={"new_device": {"drop": ["c.d"], "customer": {"own": {"PERSON": "mask"}}, "hold": ["tool"]}},
    )  # fmt: skip
    words = " ".join(explained(policy, "order_status").split())

    for said in (
        "US_SSN: its kind in brackets customer.ssn",
        "Left out by profile house: a.b",
        "Left out under risk signal new_device: c.d",
        "by profile house, beside: US_SSN: its kind in brackets",
        "under risk signal new_device, beside: the reader's own: PERSON: its form in stars",
        "under risk signal new_device, beside: each draft waits for a person",
    ):
        assert said in words


def test_a_profile_takes_in_others_and_the_answer_says_which_of_them_decided(tmp_path, detector):
    house(tmp_path, profiles=["gdpr"], model={"US_SSN": "redact"}, drop=["**.badge"])
    team = house(tmp_path, "team", profiles=["./house.yaml", "pci_dss"], model={"EMAIL_ADDRESS": "redact"})
    policy = lax(tmp_path, team.name, "gdpr")
    prepared = told(
        policy, detector, {"staff": {"badge": "17", "religion": "x"}},
        "ssn 536-22-8417, mail dana@example.com, call 212-555-0188, card 4111 1111 1111 1111",
    )  # fmt: skip

    assert {one.finding.entity: one.finding.decided_by for one in prepared.findings} == {
        "US_SSN": ("profile.house",),
        "EMAIL_ADDRESS": ("profile.team",),
        "PHONE_NUMBER": ("profile.gdpr",),
        "CREDIT_CARD": ("profile.pci_dss",),
    }
    assert {field.path: field.decided_by for field in prepared.fields if field.action is Action.DROP} == {
        "staff.badge": ("profile.house",), "staff.religion": ("profile.gdpr",),
    }  # fmt: skip
    assert [*policy.profiles] == ["gdpr", "house", "pci_dss", "team"]


def test_what_a_profile_takes_in_is_part_of_what_the_policy_says_wherever_its_file_lies(tmp_path):
    house(tmp_path, log={"PERSON": "redact"})
    team = house(tmp_path, "team", profiles=["./house.yaml"])
    first = lax(tmp_path, team.name)
    (tmp_path / "below").mkdir()
    (tmp_path / "house.yaml").rename(tmp_path / "below" / "house.yaml")
    house(tmp_path, "team", profiles=["below/house.yaml"])
    moved = lax(tmp_path, team.name)
    house(tmp_path / "below", log={"PERSON": "hash"})

    assert first.digest == moved.digest != lax(tmp_path, team.name).digest
    assert [*policy_of(first.content).profiles] == [*first.profiles] == ["house", "team"]


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ({"model": {"PERSON": "last4"}}, "PERSON: last4 is laxer than the profile gdpr"),
        ({"model": {"NRP": "keep"}}, "NRP: keep is laxer than the profile gdpr"),
        ({"customer": {"others": "mask"}}, "default: mask is laxer than the profile gdpr"),
        ({"log": {"own": {"EMAIL_ADDRESS": "mask"}}}, "EMAIL_ADDRESS: mask is laxer than the profile gdpr"),
        ({"model": {"PERSON": "pseudonymize", "AGE": "last4"}}, ""),
        ({"customer": {"default": "last4"}}, ""),
        ({"customer": {"own": "last4", "unknown": "last4"}}, ""),
    ],
)
def test_a_profile_may_only_tighten_what_it_takes_in(tmp_path, says, sentence):
    own = house(tmp_path, profiles=["gdpr"], **says)
    problems = check_profile(own)

    assert [sentence in each.sentence for each in problems] == ([True] if sentence else [])
    if sentence:
        assert problems[0].line > 1
        [of_policy] = check_policy(written(tmp_path / "p.yaml", "v1", profiles=[own.name]))
        assert of_policy == problems[0]


def test_profiles_in_a_circle_missing_twice_or_of_one_name_are_problems_of_the_file_that_names_them(tmp_path):
    one, two = (
        house(tmp_path, "one", profiles=["./two.yaml"]),
        house(tmp_path, "two", profiles=["./one.yaml"]),
    )
    lost = house(tmp_path, "lost", profiles=["./nowhere.yaml", "gdpr", "gdpr"])
    (tmp_path / "other").mkdir()
    house(tmp_path / "other", "gdpr", profiles=["gdpr"])

    for file, at, sentence in (
        (one, two, "profiles[0] goes in a circle: one.yaml takes in two.yaml takes in one.yaml"),
        (two, one, "profiles[0] goes in a circle: two.yaml takes in one.yaml takes in two.yaml"),
    ):
        [problem] = check_profile(file)
        assert (problem.file, problem.sentence) == (str(at), sentence)
    assert [(each.file, each.sentence[:19]) for each in check_profile(lost)] == [
        (str(lost), "profiles[0] names n"), (str(lost), "profiles[2] stands "),
    ]  # fmt: skip
    [problem] = check_policy(written(tmp_path / "p.yaml", "v1", profiles=["./other/gdpr.yaml"]))
    assert problem.sentence == "profiles[0] says it is the profile gdpr, and so does another file"
    [problem] = check_profile(house(tmp_path, "self", profiles=["./self.yaml"]))
    assert problem.sentence == "profiles[0] goes in a circle: self.yaml takes in self.yaml"
    assert [*lax(tmp_path, "gdpr", house(tmp_path, profiles=["gdpr"]).name).profiles] == ["gdpr", "house"]


def test_a_change_of_what_a_profile_takes_in_is_followed_too_also_where_it_was_not_there(tmp_path):
    team = house(tmp_path, "team", profiles=["./house.yaml"])
    settled(team, team)
    policy = written(tmp_path / "p.yaml", "v1", profiles=["./team.yaml"])
    files = PolicyFiles(lambda: [policy], lambda *_: [])
    first = files.look()
    for action in ("redact", "hash"):
        (tmp_path / "house.new").write_text(yaml.safe_dump(OWN | {"log": {"PERSON": action}}))
        settled(tmp_path / "house.new", tmp_path / "house.yaml")
        later = files.look()
        assert later.problems == ()
        assert later.first.destination("log").profiles[0].own.action("PERSON") is Action(action)

    assert (first.first, len(first.problems)) == (None, 1)
