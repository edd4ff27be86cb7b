"""A broken file never takes the place of a good one, and everything that is wrong is said."""

import os
import time

import pytest
from tests.policy.policies import written

from hushgate.assembly import load_policies
from hushgate.policy.files import PolicyFiles
from hushgate.settings import Settings
from hushgate.yamlfile import Problem


@pytest.fixture
def file(tmp_path):
    return written(tmp_path / "a.yaml", "v1")


def watched(*files, prove=lambda *_: []):
    return PolicyFiles(lambda: files, prove)


def test_policies_of_one_file_name_in_two_folders_are_both_known_and_the_first_decides(tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        written(tmp_path / name / "policy.yaml", name)
    settings = Settings(policies=(tmp_path / "old" / "policy.yaml", tmp_path / "new"))

    assert [each.version for each in load_policies(settings)] == ["old", "new"]


def test_what_has_not_changed_is_the_same_value_again(file):
    files = watched(file)

    assert files.look() is files.look()


def test_a_changed_file_is_read(file):
    files = watched(file)
    assert files.look().first.version == "v1"

    written(file, "v2")

    assert files.look().first.version == "v2"


@pytest.mark.parametrize("broken", ["version: [", "version: v2\n", "", "intents: {a: {fields: {b: what}}}"])
def test_a_broken_file_leaves_its_last_good_content_and_is_counted_once(file, broken):
    files = watched(file)
    files.look()
    file.write_text(broken)
    os.utime(file, (1, 1))

    looked = files.look()

    assert looked.first.version == "v1"
    assert looked.problems
    assert all(problem.file == str(file) for problem in looked.problems)
    assert (looked.refused, files.look().refused) == (1, 1)

    written(file, "v3")
    assert (files.look().first.version, files.look().problems, files.look().refused) == ("v3", (), 1)


def test_a_policy_that_fails_its_own_tests_is_refused(file):
    wrong = []
    files = watched(file, prove=lambda path, _: [Problem(str(path), 1, "fails")] if wrong else [])
    files.look()
    wrong.append(True)
    written(file, "v2")

    assert (files.look().first.version, len(files.look().problems)) == ("v1", 1)


def test_a_file_that_is_being_written_is_left_for_the_next_look(file):
    files = watched(file)
    files.look()
    written(file, "v2")
    now = time.time()
    os.utime(file, (now, now))

    assert files.look().first.version == "v1"
    time.sleep(0.15)
    assert files.look().first.version == "v2"


def test_a_first_file_that_is_gone_keeps_its_content_and_is_a_problem(tmp_path):
    listed = [written(tmp_path / "a.yaml", "v1"), written(tmp_path / "b.yaml", "v2")]
    files = PolicyFiles(lambda: listed, lambda *_: [])
    files.look()
    del listed[0]

    looked = files.look()

    assert [policy.version for _, policy in looked.policies] == ["v1", "v2"]
    assert [problem.sentence for problem in looked.problems] == ["is gone; its last content stays"]

    listed.pop()
    assert [policy.version for _, policy in files.look().policies] == ["v1"]


def test_a_file_that_comes_to_a_directory_is_known(tmp_path):
    written(tmp_path / "a.yaml", "v1")
    files = PolicyFiles(lambda: sorted(tmp_path.glob("*.yaml")), lambda *_: [])
    files.look()
    written(tmp_path / "b.yaml", "v2")

    assert [policy.version for _, policy in files.look().policies] == ["v1", "v2"]


def test_two_files_with_one_version_are_a_problem_of_the_later(tmp_path):
    looked = watched(written(tmp_path / "a.yaml", "v1"), written(tmp_path / "b.yaml", "v1")).look()

    assert [problem.file for problem in looked.problems] == [str(tmp_path / "b.yaml")]
    assert len(looked.policies) == 1
