"""What stands in service/hushgate/v1: the Python code of the protos beside this file.

    python protos/generate.py            writes it
    python protos/generate.py --check    fails if what stands there is not what would be written

Code of grpcio-tools 1.76 imports on protobuf 6 and 7, so another version is refused.
"""

from __future__ import annotations

import sys
import sysconfig
import tempfile
from importlib.metadata import version
from pathlib import Path

import grpc_tools  # type: ignore[import-untyped]
from grpc_tools import protoc

TOOLS = "1.76.0"
PROTOS = Path(__file__).resolve().parent
SERVICE = PROTOS.parent / "service"
PACKAGE = Path("hushgate/v1")
INIT = '"""The wire: generated from protos/ by ``python protos/generate.py``, never edited by hand."""\n'


def generate(target: Path) -> None:
    """Write the generated package below ``target``."""
    files = sorted((PROTOS / PACKAGE).glob("*.proto"))
    scripts = Path(sysconfig.get_path("scripts"))
    arguments = [
        "protoc",
        f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
        f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
        f"-I{PROTOS}",
        f"-I{Path(grpc_tools.__file__).parent / '_proto'}",
        *(f"--{out}={target}" for out in ("python_out", "grpc_python_out")),
        *(f"--{out}=quiet:{target}" for out in ("mypy_out", "mypy_grpc_out")),
        *(str(file.relative_to(PROTOS)) for file in files),
    ]
    if protoc.main(arguments) != 0:
        sys.exit("protoc failed")
    (target / PACKAGE / "__init__.py").write_text(INIT)


def contents(root: Path) -> dict[str, bytes]:
    """The generated files below ``root``, by path."""
    files = (path for path in (root / PACKAGE).glob("*") if path.suffix in {".py", ".pyi"})
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def main() -> None:
    """Write, or with ``--check`` compare."""
    if version("grpcio-tools") != TOOLS:
        sys.exit(f"grpcio-tools {TOOLS} is needed, {version('grpcio-tools')} is installed")
    with tempfile.TemporaryDirectory() as directory:
        generate(Path(directory))
        due, present = contents(Path(directory)), contents(SERVICE)
    different = sorted(path for path in due.keys() | present.keys() if due.get(path) != present.get(path))
    if "--check" in sys.argv[1:]:
        if different:
            sys.exit("\n".join(f"service/{path}: not what protos/generate.py writes" for path in different))
        return
    (SERVICE / PACKAGE).mkdir(parents=True, exist_ok=True)
    for path in different:
        if path in due:
            (SERVICE / path).write_bytes(due[path])
        else:
            (SERVICE / path).unlink()


if __name__ == "__main__":
    main()
