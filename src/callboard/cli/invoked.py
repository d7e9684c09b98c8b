"""How this command was started, so that the commands it prints can be copied and run."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path


def as_typed_here() -> str:
    """`callboard` if the shell finds it, else the path or module it was started with; quoted for a shell."""
    if shutil.which("callboard"):
        return "callboard"
    started = Path(sys.argv[0])
    if started.name == "callboard":
        return shlex.quote(os.path.relpath(started))
    return f"{shlex.quote(sys.executable)} -m callboard"
