"""The pages of the board: whoever adds one to `web/src/lib/pages/pages.ts` adds its row here.

Every test that goes over all pages, `make screens` and axe go by this table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTED = re.compile(r"^  '?([\w-]+)'?: \{ title:", re.MULTILINE)


LIVE, DOWN = "[data-live=live]", "[data-live=down]"
"""CSS selectors of what the frame of every page says of its connection: it is there, it is lost."""


@dataclass(frozen=True)
class BoardPage:
    """One page: its name in the address, and what is there when it is there."""

    name: str
    ready: str
    """A CSS selector of what shows once the page has its numbers."""
    rest: str = ""
    """What follows the name in the address: `{call_id}` and `{task_id}` are one of the demo each."""
    query: str = ""
    admin: bool = False

    def path(self, handle: str, **known: str) -> str:
        """Its address below the board's root."""
        place = "" if self.name == "overview" else f"/{self.name}{self.rest.format(**known)}"
        return f"board/{handle}{place}?timezone=UTC{self.query.format(**known)}"


PAGES: dict[str, BoardPage] = {
    each.name: each
    for each in (
        BoardPage("overview", "[data-metric=total_calls] a"),
        BoardPage("attention", "[data-cause] li a"),
        BoardPage("trust", "[data-outcome=applied]"),
        BoardPage("settings", "[data-token]", admin=True),
        BoardPage("batches", "tbody tr a"),
        BoardPage("tasks", "[role=row].body a"),
        BoardPage("task", "dl dd", rest="/{task_id}", query="&in={task_space}"),
        BoardPage("calls", "[role=row].body a"),
        BoardPage("call", "dl dd", rest="/{call_id}"),
        BoardPage("connect", "[data-hook] a", admin=True),
        BoardPage("hook", "[data-check=secrets]", rest="/{hook_id}", admin=True),
        BoardPage("quarantine", "[data-reason] li a", admin=True),
        BoardPage("delivery", "[data-fault]", rest="/{delivery_id}", admin=True),
        BoardPage("imports", "input[type=file]"),
        BoardPage("import", "[data-number=calls]", rest="/{import_id}", query="&in={import_space}"),
    )
}


def listed() -> set[str]:
    """The pages that the board has."""
    return set(LISTED.findall((ROOT / "web" / "src" / "lib" / "pages" / "pages.ts").read_text("utf-8")))
