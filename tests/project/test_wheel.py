"""What is installed from the built wheel is the whole product, without the sources beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatch_build import is_built

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "callboard"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a release is."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    # Where the page could not be built (`make setup` said so), the rest of the wheel is looked at without it.
    environment = os.environ | ({} if is_built() else {"CALLBOARD_WITHOUT_PAGE": "1"})
    subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, stdin=subprocess.DEVNULL
    )
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


@pytest.mark.skipif(not is_built(), reason="the board's page is not built: make page")
def test_the_page_is_in_the_wheel(wheel: Path) -> None:
    """Installing it needs no Node."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "callboard/board/index.html" in names
    assert any(name.startswith("callboard/board/assets/") and name.endswith(".js") for name in names)


def test_what_the_page_is_built_from_is_in_the_source_distribution(tmp_path: Path) -> None:
    """And neither what it was built to nor the packages it was built with."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    (built,) = tmp_path.glob("callboard-*.tar.gz")
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"hatch_build.py", "web/package-lock.json", "web/src/main.ts", "web/index.html"} <= names
    assert not [name for name in names if "node_modules" in name or name.startswith("src/callboard/board/")]


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
