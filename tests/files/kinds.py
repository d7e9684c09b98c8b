"""Every layout, and the folder that `python -m tests.files FOLDER` writes."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from tests.files.layout import LAYOUTS, Layout

MODULES = (
    "exchanges",
    "rows_of_calls",
    "carriers",
    "platforms",
    "centres",
    "diallers",
    "runners",
    "languages",
    "shapes",
    "lines_between",
    "columns",
    "two_lengths",
    "documents",
    "beside",
    "unnamed",
    "events",
    "written",
    "mistaken",
    "nested",
    "second_legs",
    "errors",
    "short_lengths",
    "contradicting",
)
for module in MODULES:  # each registers its layouts when it is imported
    importlib.import_module(f"tests.files.{module}")

__all__ = ["LAYOUTS", "Layout", "write_all"]


def write_all(folder: Path) -> None:
    """Write each file, and truth.json beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, layout in LAYOUTS.items():
        (folder / name).write_bytes(layout.content)
    truths = {name: layout.truth(layout.meant) for name, layout in LAYOUTS.items()}
    (folder / "truth.json").write_text(json.dumps(truths, indent=1, ensure_ascii=False) + "\n", "utf-8")
