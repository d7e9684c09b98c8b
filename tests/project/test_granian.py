"""The server beneath us: what is used of its internals is there, in the versions that are taken."""

from __future__ import annotations

import inspect
import tomllib

from granian.server import MPServer
from packaging.requirements import Requirement
from packaging.version import Version

from callboard.cli.server import _Server
from tests.pages import ROOT

METHODS = {
    "serve": {"spawn_target", "target_loader", "wrap_loader"},
    "startup": {"spawn_target", "target_loader"},
    "shutdown": {"exit_code"},
    "signal_handler_interrupt": set(),
    "_spawn_asgi_worker": {"worker_id"},
}
"""What `cli/server.py` and `cli/work.py` call or override, with the parameters they give."""
ATTRIBUTES = {"main_loop_interrupt", "interrupt_signal"}
"""What it reads of a running server."""


def test_only_versions_with_the_internals_we_use_are_taken() -> None:
    """A minor version may change what is not promised: the next one is taken when it was looked at."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [pinned] = [
        each for each in map(Requirement, project["project"]["dependencies"]) if each.name == "granian"
    ]
    bounds = {each.operator: Version(each.version) for each in pinned.specifier}
    least, below = bounds[">="], bounds["<"]
    assert (least.major, least.minor + 1) == (below.major, below.minor)


def test_the_internals_we_use_are_there() -> None:
    """By name and parameter."""
    for name, parameters in METHODS.items():
        assert parameters <= set(inspect.signature(getattr(MPServer, name)).parameters), name
    running = MPServer("callboard")
    assert all(hasattr(running, name) for name in ATTRIBUTES)


def test_what_is_overridden_is_the_servers_own() -> None:
    """A method of ours that it no longer calls would be dead, and its purpose lost."""
    for name in ("startup", "shutdown"):
        assert name in vars(_Server)
        assert getattr(MPServer, name) is not getattr(_Server, name)
