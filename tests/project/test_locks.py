"""The locks pin what `pyproject.toml` asks for, and say nothing of where packages come from."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
RUN = ROOT / "requirements" / "run.lock"
DEV = ROOT / "requirements" / "dev.lock"
NODE = ROOT / "requirements" / "node.lock"
BENCH = ROOT / "requirements" / "bench.lock"
VENDORS = ROOT / "requirements" / "vendors.lock"
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
ADDRESS = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|^\S+ @ ", re.MULTILINE)


def pinned(lock: Path) -> dict[str, str]:
    """Name → version, as the lock has it."""
    return {canonicalize_name(name): version for name, version in PINNED.findall(lock.read_text())}


def asked_for(*groups: str) -> list[Requirement]:
    """What `pyproject.toml` asks for at run time, and in the groups named; with `dev`, in the extras too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = list(project["project"]["dependencies"])
    if "dev" in groups:
        lines += [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    for group in groups:
        lines += [line for line in project["dependency-groups"][group] if isinstance(line, str)]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", [RUN, DEV, NODE, BENCH, VENDORS], ids=lambda lock: lock.name)
def test_a_lock_records_no_download_address(lock: Path) -> None:
    """The person who installs decides where packages come from."""
    assert ADDRESS.findall(lock.read_text()) == []


@pytest.mark.parametrize("lock", [RUN, DEV, NODE, BENCH, VENDORS], ids=lambda lock: lock.name)
def test_every_package_is_pinned_by_version_and_hash(lock: Path) -> None:
    """What was reviewed is what is installed, byte for byte."""
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock.read_text(), flags=re.MULTILINE).strip())
    unpinned = [entry for entry in entries if not PINNED.match(entry) or "--hash=sha256:" not in entry]
    assert unpinned == []


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        (RUN, ["build"]),
        (DEV, ["build", "dev"]),
        (BENCH, ["build", "dev", "bench"]),
        (VENDORS, ["build", "dev", "vendors"]),
    ],
    ids=["run.lock", "dev.lock", "bench.lock", "vendors.lock"],
)
def test_a_lock_satisfies_what_the_project_asks_for(lock: Path, groups: list[str]) -> None:
    """`make lock` was run after the dependencies changed."""
    _satisfies(lock, asked_for(*groups))


def test_the_lock_of_node_satisfies_what_the_project_asks_for() -> None:
    """It holds that alone: most machines have a Node, or need none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    _satisfies(NODE, [Requirement(line) for line in project["dependency-groups"]["node"]])
    assert len(pinned(NODE)) == 1


def _satisfies(lock: Path, requirements: list[Requirement]) -> None:
    versions = pinned(lock)
    unmet = [
        str(wanted)
        for wanted in requirements
        if not wanted.specifier.contains(versions.get(canonicalize_name(wanted.name), "0"), prereleases=True)
    ]
    assert unmet == [], "run `make lock`"


def test_the_lock_of_npm_packages_pins_each_by_hash_and_records_no_address() -> None:
    """As the locks of Python packages do."""
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    packages.pop("")
    assert packages
    assert [
        name for name, each in packages.items() if not each.get("integrity", "").startswith("sha512-")
    ] == []
    assert [name for name, each in packages.items() if "resolved" in each] == []


def test_people_run_what_the_tests_ran() -> None:
    """Everything in run.lock is in dev.lock at the same version."""
    assert pinned(RUN).items() <= pinned(DEV).items()


def test_who_runs_it_alone_installs_no_extra() -> None:
    """Parquet takes as much room as all the rest."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = [
        Requirement(line) for lines in project["project"]["optional-dependencies"].values() for line in lines
    ]
    assert extras
    assert not {canonicalize_name(each.name) for each in extras} & pinned(RUN).keys()


def test_benches_measure_what_the_tests_ran() -> None:
    """Everything in dev.lock is in bench.lock at the same version."""
    assert pinned(DEV).items() <= pinned(BENCH).items()


def test_the_tests_against_vendors_run_what_the_others_run() -> None:
    """Everything in dev.lock is in vendors.lock at the same version."""
    assert pinned(DEV).items() <= pinned(VENDORS).items()
