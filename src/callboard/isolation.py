"""Code is taken from where it is installed, never from the folder that Callboard happens to be started in.

`python -m`, `python -c` and an empty entry in PYTHONPATH put the current folder at the head of the module
path: a `random.py` that lies there would run in place of the standard library's.
"""

# ruff: noqa: PTH100, PTH109, PTH120, PLC0415 - until the folder is left, an import could be answered by a file in it.
# `os` and `sys` are there when Python has started; `pathlib` and `json` are not.

from __future__ import annotations

import os
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder that the package `callboard` is in."""

_BOOT = (
    "import json, runpy, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


def leave_folder() -> None:
    """Take the current folder off the module path. Where Callboard itself lies in it, it goes last: nothing
    in it then stands before the standard library or an installed package.
    """
    sys.path[:] = _elsewhere()
    # For workers that are started anew in place of being forked (macOS): `multiprocessing` runs `python -c`.
    os.environ.setdefault("PYTHONSAFEPATH", "1")


def child_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module in another Python, with this one's module path less the current folder.

    `-I` keeps the new interpreter from the folder and from the environment until the path is set: what it
    imports before that (`site`, `runpy`) would be looked for in the folder as well.
    """
    import json

    return [sys.executable, "-I", "-c", _BOOT, json.dumps(_elsewhere()), module, *arguments]


def _elsewhere() -> list[str]:
    try:
        here = os.path.realpath(os.getcwd())
    except FileNotFoundError:  # the folder was deleted: nothing can be imported from it
        here = None
    path = [each for each in sys.path if each and os.path.realpath(each) != here]
    return path if _ROOT in map(os.path.abspath, path) else [*path, _ROOT]
