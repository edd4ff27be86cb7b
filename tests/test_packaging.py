"""The wheel holds all that a machine without a checkout needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> set[str]:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(out), str(ROOT)], check=True)
    (built,) = out.iterdir()
    return set(zipfile.ZipFile(built).namelist())


def files(folder: Path, ending: str) -> set[str]:
    return {str(path.relative_to(folder.parent)) for path in folder.rglob(f"*{ending}")}


def test_every_pack_and_policy_is_in_the_wheel(wheel):
    shipped = files(ROOT / "recognizers", ".yaml") | files(ROOT / "policies", ".yaml")

    assert shipped
    assert {f"hushgate/{name}" for name in shipped} <= wheel


def test_every_module_and_its_data_is_in_the_wheel(wheel):
    package = ROOT / "service" / "hushgate"
    wanted = files(package, ".py") | files(package, ".json") | files(package / "models", ".bin")

    assert wanted <= wheel | {name for name in wanted if name.startswith("models/")}
    assert "hushgate/py.typed" in wheel


def test_the_name_model_is_in_the_wheel(wheel):
    model = ROOT / "service" / "hushgate" / "models"

    assert {
        f"hushgate/{path.relative_to(model.parent)}" for path in model.rglob("*") if path.is_file()
    } <= wheel
