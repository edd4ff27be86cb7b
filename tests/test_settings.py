"""Settings: defaults, then the environment, then flags; what cannot be is refused with its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushgate.failure import Failure
from hushgate.settings import Settings, shipped, yaml_files

KEY = "k" * 32


def test_flags_beat_the_environment_which_beats_the_defaults():
    environment = {"HUSHGATE_LISTEN": "127.0.0.1:1", "HUSHGATE_WORKERS": "2"}

    settings = Settings.read(environment, listen="127.0.0.1:2", workers=None)

    assert (settings.listen, settings.workers, settings.max_records) == ("127.0.0.1:2", 2, 100)


def test_the_environment_speaks_of_every_setting(tmp_path):
    pack = tmp_path / "own.yaml"
    pack.touch()
    environment = {
        "HUSHGATE_RECOGNIZERS": f"{tmp_path}:{pack}",
        "HUSHGATE_PRESIDIO": "own:Badge, own.yaml",
        "HUSHGATE_PROFILES": "logs, eu",
        "HUSHGATE_INSECURE": "yes",
        "HUSHGATE_KEY": KEY,
        "HUSHGATE_MAX_TEXT": "10",
        "HUSHGATE_TLS_CERT": "c.pem",
        "HUSHGATE_TLS_KEY": "k.pem",
    }

    settings = Settings.read(environment)

    assert settings.recognizers == (tmp_path, pack)
    assert settings.presidio == ("own:Badge", "own.yaml")
    assert settings.profiles == ("logs", "eu")
    assert (settings.insecure, settings.max_text) == (True, 10)
    assert (settings.tls_cert, settings.tls_key) == (Path("c.pem"), Path("k.pem"))
    assert settings.master_key() == KEY.encode()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"HUSHGATE_WORKERS": "many"}, "HUSHGATE_WORKERS must be a whole number"),
        ({"HUSHGATE_WORKERS": "0"}, "workers must be from 1"),
        ({"HUSHGATE_INSECURE": "perhaps"}, "HUSHGATE_INSECURE must be true or false"),
        ({"HUSHGATE_KEY": "short"}, "key must hold 32 bytes or more"),
        ({"HUSHGATE_KEY_FILE": "/nowhere/key"}, "cannot be read"),
        ({"HUSHGATE_TLS_CERT": "c.pem"}, "come together"),
        ({"HUSHGATE_MAX_TEXT": "0"}, "max_text must be 1 or more"),
        ({"HUSHGATE_RECOGNIZERS": "/nowhere/packs"}, "recognizers /nowhere/packs does not exist"),
    ],
)
def test_what_cannot_be_is_refused_by_name(environment, sentence):
    with pytest.raises(Failure, match=sentence):
        Settings.read(environment)


def test_a_key_file_holds_the_key_up_to_its_line_end_and_nothing_shows_it(tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY + "\n")

    settings = Settings.read({"HUSHGATE_KEY_FILE": str(file)}, key=KEY)

    assert settings.master_key() == KEY.encode()
    assert KEY not in repr(settings)


def test_what_ships_is_found_in_a_checkout_or_a_wheel():
    assert list(shipped("recognizers").rglob("*.yaml"))
    with pytest.raises(Failure, match="has no dinosaurs"):
        shipped("dinosaurs")


def test_a_file_of_the_same_name_replaces_an_earlier_one_in_its_place(tmp_path):
    for name in ("a/one.yaml", "a/country/xx.yaml", "b/country/xx.yaml", "b/two.yml", "b/note.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    single = tmp_path / "b" / "two.yml"

    files = yaml_files((tmp_path / "a", tmp_path / "b", single))

    assert files == (tmp_path / "b/country/xx.yaml", tmp_path / "a/one.yaml", single)


def test_a_setting_that_is_none_is_refused_and_what_kubernetes_sets_is_not():
    with pytest.raises(Failure, match="HUSHGATE_POLICY is no setting"):
        Settings.read({"HUSHGATE_POLICY": "/etc/mine.yaml"})

    assert Settings.read({"HUSHGATE_SERVICE_HOST": "192.0.2.1", "HUSHGATE_PORT_50551_TCP_PORT": "50551"})
