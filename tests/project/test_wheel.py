"""What is installed from the built wheel is the whole product, without the sources beside it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "callboard"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a release is."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    (built,) = folder.glob("callboard-*.whl")
    return built


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    """Statements, pages and styles go with the code that reads them."""
    kept = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        missing = kept - set(archive.namelist())
    assert missing == set(), ".gitignore or the build leaves these out"


def test_the_wheel_starts_without_the_sources(wheel: Path, tmp_path: Path) -> None:
    """The command answers from the wheel's content alone."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop()); "
        "import callboard; print(callboard.__file__, flush=True); "
        "from callboard.cli.main import main; main()"
    )
    command = [sys.executable, "-c", code, "--help", str(tmp_path)]
    answer = subprocess.run(
        command, cwd=tmp_path, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(str(tmp_path)), "the sources were read, not the wheel"
