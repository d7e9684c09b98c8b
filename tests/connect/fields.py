"""Which fields of a call a platform fills: by its scenarios, and by what its modules name."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from msgspec import structs

from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.connect.words import FOLDER
from tests.platforms.manifests import OWN, scenarios_of

FIELDS: Final[tuple[str, ...]] = (
    "call_type", "source_number", "destination_number", "creation_time", "start_time", "end_time",
    "call_duration", "end_reason", "answered_by", "agent", "task_id", "outcome", "cost", "billed_seconds",
)  # fmt: skip
"""What a page is about, in its order."""
_OTHER_NAMES: Final = {"source_number": "parties", "destination_number": "parties", "call_duration": "length"}
"""What fills a field under another name."""


def filled(name: str) -> tuple[list[str], list[str], list[str]]:
    """Fields that deliveries fill, those that only a list or a file fills, and those that nothing does."""
    sent, asked = _of_scenarios("twilio" if name == "signalwire" else name)
    named = _named(name)
    if name == "signalwire":  # it shares the module, and is not asked
        named, asked = sent, set()
    told = sent | (named - asked)
    by_delivery = [each for each in FIELDS if each in told]
    by_list = [each for each in FIELDS if each in asked - sent]
    return by_delivery, by_list, [each for each in FIELDS if each not in (*by_delivery, *by_list)]


def _of_scenarios(folder: str) -> tuple[set[str], set[str]]:
    """Fields of events of posted deliveries, and of rows."""
    found: tuple[set[str], set[str]] = (set(), set())
    for scenario in scenarios_of(OWN, folder):
        for each in scenario.sent:
            settings = structs.replace(each.settings, keep_recordings=True)
            events = PLATFORMS[each.platform].translate(each.delivery, settings).events
            is_row = each.delivery.method not in ("POST", "GET")
            found[is_row].update(field for event in events if event["type"] == "call" for field in event)
    return found


def _named(name: str) -> set[str]:
    """Fields that the platform's modules give to an event, by the names of arguments and keys."""
    words: set[str | None] = set()
    for path in _modules(name):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword):
                words.add(node.arg)
            elif isinstance(node, ast.Dict):
                words.update(str(key.value) for key in node.keys if isinstance(key, ast.Constant))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                words.add(node.func.id)
    return {each for each in FIELDS if _OTHER_NAMES.get(each, each) in words}


def _modules(name: str) -> list[Path]:
    stem = PLATFORMS[name].translate.__module__.rpartition(".")[2]
    return sorted(FOLDER.glob(f"{stem}*.py"))
