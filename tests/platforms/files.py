"""Reads files of platforms as `callboard import --format` does, down to the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from io import BytesIO, TextIOWrapper
from pathlib import Path

from callboard.clock import Micros
from callboard.ingest.sources.files.lines import Lines
from callboard.ingest.sources.files.records import Record
from callboard.ingest.sources.platform_files.rows import PlatformRows
from callboard.ingest.sources.platform_files.translator import Translator
from callboard.ingest.sources.platforms.delivery import HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import RECEIVED, Scenario

DEFAULTS = HookSettings()


def rows_of(
    platform: str,
    body: bytes,
    settings: HookSettings = DEFAULTS,
    received_at: Micros = RECEIVED,
    zone: str | None = None,
) -> PlatformRows:
    """The records of a file with these bytes. `zone`: of times that name none, if somebody said it."""
    text = TextIOWrapper(BytesIO(body), encoding="utf-8-sig", errors="surrogateescape", newline="")
    translator = Translator(PLATFORMS[platform], settings, received_at, Counter())
    head = body[:4_096].decode("utf-8", "replace")
    return PlatformRows(Lines(text, "file"), head, "file", translator, zone)


def read(
    platform: str, body: bytes, settings: HookSettings = DEFAULTS, zone: str | None = None
) -> list[Record]:
    return list(rows_of(platform, body, settings, zone=zone))


def is_of_files(scenario: Scenario) -> bool:
    """Whether all of a scenario comes in files."""
    return all(each["method"] == "FILE" for each in scenario.told)


def settings_options(settings: HookSettings) -> Sequence[str]:
    """The options of the command that say these settings."""
    found = [] if settings.timezone == "UTC" else ["--timezone", settings.timezone]
    if settings.inbound_contexts:
        named = ", ".join(f'"{each}"' for each in settings.inbound_contexts)
        found += ["--setting", f"inbound_contexts=[{named}]"]
    return found


def in_folder(scenario: Scenario) -> list[Path]:
    return [scenario.folder / name for name in scenario.files]
