"""Open a file that a platform exported."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from callboard.clock import SECOND, Micros
from callboard.errors import InvalidInputError
from callboard.ingest.sources.files.encoding import text_of, text_of_head
from callboard.ingest.sources.files.lines import Lines
from callboard.ingest.sources.files.opening import PARQUET, Opened
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.platform_files.rows import PlatformRows
from callboard.ingest.sources.platform_files.translator import Translator
from callboard.ingest.sources.platforms.administering import platform_named, settings_document
from callboard.ingest.sources.platforms.delivery import HookSettings
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.settings import Settings

NO_FILES = ("generic",)
"""Hooks whose bodies are our own events: those are no files of a platform."""
FORMATS = tuple(name.replace("_", "-") for name in PLATFORMS if name not in NO_FILES)
"""The formats of files that are read without a mapping, as they are typed."""

TABLE_FORMATS = tuple(name.replace("_", "-") for name, each in PLATFORMS.items() if each.tables)
"""Those that a file of rows may have, which is followed as it grows."""


def platform_of(format_: str) -> Platform:
    """The platform of a format. Raises `ImportOptionError`, which lists all formats."""
    try:
        found = platform_named(format_)
    except InvalidInputError:
        found = None
    if found is None or found.name in NO_FILES:
        raise ImportOptionError(f"--format: {format_!r} is none of {', '.join(FORMATS)}")
    return found


def given_settings(texts: Sequence[str]) -> dict[str, Any]:
    """Settings of a hook from texts `name=value`; a value that reads as JSON is that, any other is a text.
    Raises `ImportOptionError`.
    """
    found: dict[str, Any] = {}
    for each in texts:
        name, equals, value = each.partition("=")
        if not equals:
            raise ImportOptionError(f"--setting: {each!r} is not NAME=VALUE")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def hook_settings(given: Sequence[str], timezone: Sequence[str]) -> HookSettings:
    """How records are read, in the words of a hook's settings. Raises `ImportOptionError`."""
    named = given_settings(given)
    if timezone:
        if len(timezone) > 1 or ":" in timezone[0]:
            raise ImportOptionError("--timezone: with --format one zone holds for all times")
        if named.setdefault("timezone", timezone[0]) != timezone[0]:
            raise ImportOptionError("--timezone and --setting timezone=… say different zones")
    try:
        return msgspec.json.decode(settings_document(named, Settings()), type=HookSettings)
    except InvalidInputError as error:
        if error.errors and error.errors[0][0] == "settings.timezone":
            raise ImportOptionError(f"--timezone: {named['timezone']!r} is no IANA time zone") from None
        raise ImportOptionError(f"--setting: {error.message}") from None


def named_zone(given: Sequence[str], timezone: Sequence[str]) -> str | None:
    """The zone of times that name none; None where nobody said it. Raises `ImportOptionError`."""
    said = given_settings(given).get("timezone")
    return timezone[0] if timezone else said


def platform_rows(
    opened: Opened,
    path: str,
    encoding: str | None,
    platform: Platform,
    settings: HookSettings,
    zone: str | None,
) -> PlatformRows:
    """The records of an open file. `zone`: as `named_zone`. Raises `ImportOptionError` for a file that cannot
    be of the platform.
    """
    if opened.head.startswith(PARQUET):
        raise ImportOptionError(f"{opened.name} is Parquet, which no platform exports: --map reads it")
    text, _ = text_of(opened.stream, opened.head, encoding)
    head = text_of_head(opened.head, encoding)
    translator = Translator(platform, settings, _changed(opened, path), Counter())
    return PlatformRows(Lines(text, opened.name), head, opened.name, translator, zone)


def _changed(opened: Opened, path: str) -> Micros:
    """When the file was last changed; of a pipe: now."""
    at = Path(path).stat().st_mtime if opened.rewindable else time.time()
    return int(at) * SECOND
