"""A policy that does not do what its own tests say is refused, and no value of a test is told."""

import pytest
from tests.policy.policies import written

from hushgate.detection.detector import Detector
from hushgate.policy.reader import read_policy
from hushgate.proving import prove


@pytest.fixture(scope="module")
def detector(assembled) -> Detector:
    return assembled.redactor._detector


def failing(tmp_path, detector, **test):
    file = written(tmp_path / "a.yaml", "v1", tests=[{"intent": "order_status", **test}])
    return [problem.sentence for problem in prove(file, read_policy(file), detector)]


@pytest.mark.parametrize(
    ("test", "wrong"),
    [
        ({"text": "card 4111 1111 1111 1111", "hides": ["4111"], "keeps": ["[CREDIT_CARD]"]}, []),
        ({"text": "card 4111 1111 1111 1111", "keeps": ["4111"]}, ["tests[0]: keeps[0] does not come out"]),
        ({"text": "it is here", "hides": ["here"]}, ["tests[0]: hides[0] comes out"]),
        ({"record": {"order": {"id": "A-1"}, "more": "x9"}, "hides": ["x9"], "keeps": ["A-1"]}, []),
        ({"draft": "all is well", "verdict": "PASSED"}, []),
        ({"draft": "all is well", "verdict": "BLOCKED"}, ["tests[0]: the verdict is PASSED, not BLOCKED"]),
        ({"intent": "unheard_of", "text": "x"}, ["tests[0]: fails with INTENT_UNKNOWN"]),
    ],
)
def test_each_test_of_a_policy_is_run(tmp_path, detector, test, wrong):
    assert failing(tmp_path, detector, **test) == wrong
