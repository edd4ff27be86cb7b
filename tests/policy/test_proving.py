"""A policy that does not do what its own tests say is refused, and no value of a test is told."""

import pytest
from tests.policy.policies import SAYS, written

from hushgate.detection.detector import Detector
from hushgate.policy.reader import check_policy, read_policy
from hushgate.proving import prove


@pytest.fixture(scope="module")
def detector(assembled) -> Detector:
    return assembled.redactor._detector


def failing(tmp_path, detector, **test):
    also = {key: test.pop(key) for key in ("agents", "destinations", "internal") if key in test}
    file = written(tmp_path / "a.yaml", "v1", tests=[{"intent": "order_status", **test}], **also)
    return [problem.sentence for problem in prove(file, read_policy(file), detector)]


CARD = "4111 1111 1111 1111"
REGISTER = {"bot": {"owner": "a", "approved_by": "b", "intents": ["order_status"], "autonomy": "draft_only"}}


@pytest.mark.parametrize(
    ("test", "wrong"),
    [
        ({"text": f"card {CARD}", "hides": ["4111"], "keeps": ["[CREDIT_CARD]"]}, []),
        ({"text": f"card {CARD}", "keeps": ["4111"]}, ["keeps[0] does not come out"]),
        ({"text": "it is here", "hides": ["here"]}, ["hides[0] comes out"]),
        ({"record": {"order": {"id": "A-1"}, "more": "x9"}, "hides": ["x9"], "keeps": ["A-1"]}, []),
        ({"draft": "all is well", "verdict": "PASSED"}, []),
        ({"draft": "all is well", "verdict": "BLOCKED"}, ["the verdict is PASSED, not BLOCKED"]),
        ({"intent": "unheard_of", "text": "x", "keeps": ["x"]}, ["fails with INTENT_UNKNOWN"]),
        ({"intent": "unheard_of", "text": "x", "fails": "INTENT_UNKNOWN"}, []),
        ({"text": "x", "fails": "INTENT_UNKNOWN"}, ["does not fail with INTENT_UNKNOWN"]),
    ],
)
def test_each_test_of_a_policy_is_run(tmp_path, detector, test, wrong):
    assert failing(tmp_path, detector, **test) == [f"tests[0]: {each}" for each in wrong]


@pytest.mark.parametrize(
    ("test", "wrong"),
    [
        ({"text": f"card {CARD}", "expect": "card [CREDIT_CARD]"}, []),
        ({"text": f"card {CARD}", "expect": "card [CREDIT_CARD] "},
         ["another text comes out, from character 19 on"]),
        ({"text": f"card {CARD}", "expect": "my card"}, ["another text comes out, from character 1 on"]),
        ({"text": "on 212-555-0188, not 212-555-0199, 212-555-0188", "model": "pseudonymize",
          "expect": "on [PHONE_NUMBER_1], not [PHONE_NUMBER_2], [PHONE_NUMBER_1]"}, []),
        ({"record": {"order": {"id": "A-1", "n": 2}}, "expect": {"order": {"id": "A-1"}}}, []),
        ({"record": {"order": {"id": "A-1", "n": 2}}, "expect": {}}, ["another object comes out"]),
        ({"text": "hi", "expect": {}}, ["no object comes out"]),
        ({"draft": "all is well", "expect": "all is well"}, []),
        ({"arguments": {"n": 2}, "destination": "tool", "expect": {"n": 2}, "verdict": "PASSED"}, []),
    ],
)  # fmt: skip
def test_what_is_expected_is_the_whole_answer_with_tokens_counted(tmp_path, detector, test, wrong):
    model = test.pop("model", "redact")
    said = failing(tmp_path, detector, destinations={**SAYS["destinations"], "model": model}, **test)
    assert said == [f"tests[0]: expect: {each}" for each in wrong]


OTHER = {"record": {"order": {"id": "A-1"}}, "other_record": {"customer": {"email": "sam@example.com"}}}


@pytest.mark.parametrize(
    ("test", "wrong"),
    [
        ({**OTHER, "draft": "Write to sam@example.com", "verdict": "BLOCKED", "reasons": ["OTHER_SUBJECT"],
          "expect": "", "hides": ["sam@example.com"]}, []),
        ({**OTHER, "draft": "Write to sam@example.com", "verdict": "PASSED", "reasons": ["SECRET"]},
         ["the verdict is BLOCKED, not PASSED", "SECRET is none of the reasons, which are: OTHER_SUBJECT"]),
        ({**OTHER, "arguments": {"to": "sam@example.com"}, "destination": "tool", "verdict": "BLOCKED"},
         ["the verdict is REDACTED, not BLOCKED"]),
        ({"record": {"internal": "we lost this parcel twice in March already"}, "verdict": "BLOCKED",
          "draft": "We lost this parcel twice in March already.", "reasons": ["INTERNAL_NOTE"]}, []),
        ({"draft": "all is well", "agent": "bot", "verdict": "HELD", "reasons": ["AUTONOMY"]}, []),
        ({"draft": "all is well", "agent": "stranger", "fails": "AGENT_NOT_ALLOWED"}, []),
    ],
)  # fmt: skip
def test_a_draft_is_reviewed_with_the_records_of_two_customers_and_an_agent(tmp_path, detector, test, wrong):
    said = failing(tmp_path, detector, agents=REGISTER, internal=["internal"], **test)
    assert said == [f"tests[0]: {each}" for each in wrong]


@pytest.mark.parametrize(
    ("test", "wrong"),
    [
        ({"keeps": ["x"]}, "has none of"),
        ({"text": "x"}, "expects nothing"),
        ({"draft": "x", "arguments": {}, "verdict": "PASSED"}, "has a draft and arguments"),
        ({"text": "x", "verdict": "PASSED"}, "has no draft or arguments"),
    ],
)
def test_a_test_that_can_prove_nothing_is_a_problem(tmp_path, test, wrong):
    file = written(tmp_path / "a.yaml", "v1", tests=[{"intent": "order_status", **test}])

    [problem] = check_policy(file)
    assert wrong in problem.sentence


def test_no_value_of_a_test_is_told(tmp_path, detector):
    said = failing(tmp_path, detector, text=f"card {CARD}", expect="c 4111", hides=["CREDIT"], keeps=["4111"])

    assert len(said) == 3
    assert "4111" not in "".join(said)
