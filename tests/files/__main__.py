"""Write the files and their truth.json into a folder: `python -m tests.files FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.files.kinds import LAYOUTS, write_all

if len(sys.argv) != 2:
    sys.exit(__doc__)
write_all(Path(sys.argv[1]))
print(f"{len(LAYOUTS)} files in {sys.argv[1]}")
