"""`make record`: write the recorded answers anew, where they are to change."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.recorded.form import ANSWERS, differences, recorded
from tests.recorded.recording import rerecord

before = recorded()
with tempfile.TemporaryDirectory() as folder:
    rerecord(Path(folder))
size = sum(path.stat().st_size for path in ANSWERS.glob("*.txt"))
print(differences(before, recorded()) or "Nothing changed.")
print(f"{size:,} bytes in {ANSWERS}")
