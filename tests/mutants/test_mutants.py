"""The tests can fail: each kept patch breaks one promise, and a test that it names notices."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import cluster
from tests.mutants.patches import Mutant, mutants

ROOT = Path(__file__).parents[2]
MUTANTS = mutants()
TESTS_FAILED = 1
"""pytest's exit code when it could run everything and something failed: no other proves anything."""

BROKEN = re.compile(
    r"\b(AttributeError|NameError|SyntaxError|UnboundLocalError|SQLError|Undefined(Column|Function|Table))\b"
)
"""What a mutant says that cannot run: any test notices that, so that it proves nothing of the promise."""

DAYS = 5
"""SHORT=1: so many days until each mutant was killed once. All of them take longer than all other tests."""
OF_TODAY = MUTANTS[datetime.now(UTC).toordinal() % DAYS :: DAYS] if os.environ.get("SHORT") else MUTANTS

NAMED = sorted({test for mutant in OF_TODAY for test in mutant.killed_by})
"""What has to pass without a mutant, so that its failure is the mutant's. What kills none of today's proves
nothing today, and is run on the day of the mutant that it kills."""
FOLDERS = sorted({str(Path(test).parent) for test in NAMED})

each_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)


@pytest.fixture(scope="session")
def tree(tmp_path_factory) -> Path:
    """A copy of the project, with its bytecode: none is used of a file that was mutated since."""
    copy = tmp_path_factory.mktemp("unmutated")
    for name in ("src", "tests", "docs", "requirements"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("*.patch"))
    for name in ("pyproject.toml", "Makefile", "README.md", "generate_fields.py"):
        shutil.copy(ROOT / name, copy / name)
    return copy


def run(tree: Path, tests: list[str], **environment: str) -> tuple[int, str]:
    """Run those tests on the sources of that tree, to the first failure: pytest's exit code and words."""
    said = _python(tree, {}, "-c", "import callboard; print(callboard.__file__)").stdout
    assert said.startswith(str(tree)), f"the sources under test are not the copy's: {said}"
    # Schemathesis takes as long to load as most of these tests to run.
    plugins = ("-p", "no:schemathesis", "-p", "no:anyio", "-p", "tests.mutants.first_failure")
    drawn = "--hypothesis-profile=first failure"
    options = ("-x", "-q", "-p", "no:cacheprovider", *plugins, drawn, "-m", "")
    done = _python(tree, environment, "-m", "pytest", *options, *tests)
    return done.returncode, done.stdout + done.stderr


def _python(tree: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("CALLBOARD_", "PYTEST_"))
    }
    if cluster.why_not() is None:
        # Making a cluster takes longer than most of these tests; each store has a database of its own.
        own["CALLBOARD_TEST_POSTGRES"] = cluster.server() + "postgres"
    paths = os.pathsep.join([str(tree / "src"), str(tree)])
    return subprocess.run(
        [sys.executable, *arguments],
        env={**own, **environment, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )


def test_there_are_enough_mutants():
    """At least twelve, each breaking something else."""
    assert len(MUTANTS) >= 12
    assert len({mutant.mutation for mutant in MUTANTS}) == len(MUTANTS)


@each_mutant
def test_a_patch_fits_the_source_and_names_tests_that_are_there(mutant: Mutant, tmp_path):
    """What it mutates is in the source exactly once; what must kill it is a test."""
    assert mutant.hunks
    for hunk in mutant.hunks:
        target = tmp_path / hunk.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy(ROOT / hunk.path, target)
    mutant.apply(tmp_path)
    for test in mutant.killed_by:
        path, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(), f"{test} is no test"


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("folder", FOLDERS)
def test_what_kills_mutants_passes_without_one(folder: str, tree: Path):
    """In a copy like those of the mutants. Few examples are enough: `make test` draws more of them."""
    named = [test for test in NAMED if str(Path(test).parent) == folder]
    code, said = run(tree, named, CALLBOARD_EXAMPLES="10")
    assert code == 0, f"what must kill mutants fails without one:\n{said[-3000:]}"


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", OF_TODAY, ids=lambda mutant: mutant.name)
def test_a_mutant_is_killed(mutant: Mutant, tree: Path, tmp_path):
    """With the promise broken, the named tests fail."""
    copy = tmp_path / "mutated"
    shutil.copytree(tree, copy, copy_function=os.link)
    mutant.apply(copy)
    code, said = run(copy, mutant.killed_by)
    assert code == TESTS_FAILED, (
        f"{mutant.name} lives (pytest ended with {code}): {mutant.mutation}, "
        f"and {', '.join(mutant.killed_by)} did not notice.\n{said[-3000:]}"
    )
    assert not (broken := BROKEN.search(said)), (
        f"{mutant.name} cannot run ({broken[0]}), which any test notices. Refresh it.\n{said[-3000:]}"
    )
