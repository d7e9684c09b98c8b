"""How this command was called, so that what it prints for typing works where it is typed."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path


def as_typed_here() -> str:
    """`callboard` when the shell finds it, else the path or module it was started by; quoted for a shell."""
    if shutil.which("callboard"):
        return "callboard"
    started = Path(sys.argv[0])
    if started.name == "callboard":
        return shlex.quote(os.path.relpath(started))
    return f"{shlex.quote(sys.executable)} -m callboard"
