"""The format of a file, by its first bytes and never by its name."""

from __future__ import annotations

import json
from typing import Literal

from callboard.ingest.sources.files.encoding import text_of_head
from callboard.ingest.sources.files.json_list import list_inside
from callboard.ingest.sources.files.opening import PARQUET
from callboard.ingest.sources.files.sql import is_script

Format = Literal["delimited", "ndjson", "json_array", "parquet", "sql"]


def kind_of_file(head: bytes, encoding: str | None = None) -> Format:
    """The format of a file. `json_array` stands for all JSON that is not one object a line: an array, objects
    over several lines or one behind the other, an object around a list; `sql` for statements that insert
    rows.
    """
    if head.startswith(PARQUET):
        return "parquet"
    text = text_of_head(head, encoding).lstrip()
    if text.startswith("["):
        # A title in brackets is no JSON.
        inside = text[1:].lstrip()
        of_lists = inside.startswith("[") and inside[1:].lstrip()[:1] == '"'
        return "json_array" if of_lists or inside[:1] in ("{", "]", "") else "delimited"
    if not text.startswith("{"):
        return "sql" if is_script(text) else "delimited"
    return "json_array" if _is_no_object_a_line(text) else "ndjson"


def _is_no_object_a_line(text: str) -> bool:
    first, end_of_line, rest = text.partition("\n")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        if end_of_line and _is_object(rest.lstrip().partition("\n")[0]):
            return False  # only the first line is bad
        if end_of_line and _ends_within(first):
            return True
        return list_inside(text) is not None
    behind = text[end:]
    if not behind.strip():
        return "\n" in text[:end].strip() or list_inside(text) is not None
    if "\n" in text[:end] or list_inside(text[:end]) is not None:
        return True
    return "\n" not in behind[: len(behind) - len(behind.lstrip())] and behind.lstrip().startswith("{")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _ends_within(line: str) -> bool:
    """Whether an object begins in a line and seems to go on below: `{`, or `{"id": 1,`."""
    return line.rstrip() == "{" or line.rstrip().endswith((",", "{", "["))
