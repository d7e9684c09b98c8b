"""Imports come from where code is installed, never from the folder that Callboard is started in.

`python -m`, `python -c` and an empty entry in PYTHONPATH put the current folder first in the module path: a
`random.py` in that folder would run in place of the standard library's, with our rights.
"""

# ruff: noqa: PTH100, PTH109, PTH120, PLC0415 - until `leave_folder`, an import could load a file of the folder.
# `os` and `sys` are loaded when Python starts, so importing them is safe; `pathlib` and `json` are not.

from __future__ import annotations

import os
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder that the package `callboard` is in."""

# What the child runs in place of `-m`: it takes the module path (JSON) and the module off its arguments, and
# leaves the module with `sys.argv` as `-m` would.
_BOOT = (
    "import json, runpy, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


def leave_folder() -> None:
    """Remove the current folder from this process's module path. If Callboard itself is in that folder, the
    folder goes last: nothing in it hides the standard library or an installed package.
    """
    sys.path[:] = _elsewhere()
    # For workers that are spawned instead of forked (macOS): `multiprocessing` starts them by `python -c`.
    os.environ.setdefault("PYTHONSAFEPATH", "1")


def child_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module in a new interpreter, with our module path less the current folder.

    `-I` (isolated) keeps the folder and `PYTHON…` variables out until the path is set: the modules that the
    interpreter imports before that (`site`, `runpy`) would be searched in the folder, too.
    """
    import json

    return [sys.executable, "-I", "-c", _BOOT, json.dumps(_elsewhere()), module, *arguments]


def _elsewhere() -> list[str]:
    """The module path without the current folder, however that is spelled: empty, relative or by a link."""
    try:
        here = os.path.realpath(os.getcwd())
    except FileNotFoundError:  # the folder was deleted: nothing can be imported from it
        here = None
    path = [each for each in sys.path if each and os.path.realpath(each) != here]
    return path if _ROOT in map(os.path.abspath, path) else [*path, _ROOT]
