"""Find the list of records inside a JSON object that is wrapped around it: `{"calls": [{…}, {…}]}`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from callboard.ingest.sources.guessing.said import bare
from callboard.ingest.sources.words.columns import COLUMNS
from callboard.ingest.sources.words.table import words_of

LIST_NAMES = frozenset({
    "calls", "call_logs", "calllogs", "call_records", "callrecords", "records", "data", "results", "items",
    "rows", "list", "entries", "value", "values", "hits", "cdrs", "cdr", "logs", "history", "tasks", "jobs",
    "runs", "dag_runs", "task_instances", "flow_runs", "documents", "docs", "collection", "content",
    "objects", "conversations", "contacts", "sessions", "elements", "payload", "body", "responses",
    "response", "edges", "nodes", "builds", "executions", "workflow_runs", "jobsummarylist", "workflows",
    "contactsummaries", "call_list", "call_history", "callhistory",
})  # fmt: skip
_OF_A_RECORD = frozenset(
    {"id", "call_id", "callid", "uuid", "sid", "task_id", "uniqueid", "contactid", "_id"}
)
"""An object with such a key is a record itself, whatever lists it holds."""
_ANYTHING = frozenset({
    "logs", "history", "content", "body", "elements", "entries", "documents", "docs", "objects", "responses",
    "payload", "list", "values", "value", "events",
})  # fmt: skip
"""Names of lists that records hold as well."""
_OF_A_CALL = frozenset(
    {"duration", "direction", "disposition", "callstatus", "callduration", "startedat", "answeredat",
     "endedat", "hangupcause", "billsec", "talktime", "caller", "callee", "fromnumber", "tonumber"}
)  # fmt: skip
"""An object with such a key, without capitals and signs, is a record too."""
_FIELDS = {
    name: field
    for field in ("creation_time", "call_duration", "call_status", "destination_number")
    for name in COLUMNS["call"][field].split()
}
"""Heading → field of a call."""
_FEW_FIELDS = 2
_OF_PAGES = frozenset(
    {"calls", "call_logs", "call_records", "records", "results", "items", "tasks", "jobs", "runs", "cdrs"}
)
"""Names of lists that may be empty on a page."""
_MAX_DEPTH = 6
_MIN_KEY = 16
"""A key of so many characters is no name of a field."""
_ALIKE = 0.5
_SPACE = re.compile(r"\s*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_SCALAR = re.compile(r"[^,\]}\s]+")


class Wrapped(NamedTuple):
    """A list that an object is wrapped around, or an object whose keys are the ids of records."""

    place: int
    """Where its `[` or `{` stands."""
    depth: int
    """The objects around it."""


class _Pair(NamedTuple):
    key: str
    place: int
    """Where the value begins."""
    end: int | None
    """Where it ends; None if the text ends before."""


def list_inside(text: str) -> Wrapped | None:
    """The list that the object at the beginning of a text is wrapped around; None where it is not plain.

    Plain is the only list of objects with a usual name, or the only one at all. In place of the list an
    object may stand whose keys are the ids of its records; it may be the whole text. The text may be cut off.
    """
    return _in_object(text, _after_space(text, 0), depth=0)


def _in_object(text: str, begin: int, depth: int) -> Wrapped | None:
    """The list in the object that begins at a place."""
    pairs = list(_pairs(text, begin + 1))
    if _is_keyed(text, pairs):
        return Wrapped(begin, depth)
    if any(_is_of_a_record(each.key) for each in pairs):
        return None
    lists = [each for each in pairs if _holds_objects(text, each.place)]
    is_call = seems_a_call(each.key for each in pairs)
    usual = LIST_NAMES - _ANYTHING if is_call else LIST_NAMES
    named = [each for each in lists if each.key.casefold() in usual]
    if named or lists:
        only = named or ([] if is_call or any(_is_an_id(each.key) for each in pairs) else lists)
        return Wrapped(only[0].place, depth + 1) if len(only) == 1 else None
    empty = [each for each in pairs if each.key.casefold() in _OF_PAGES and _is_empty(text, each.place)]
    if len(empty) == 1 and not is_call:
        return Wrapped(empty[0].place, depth + 1)
    if depth >= _MAX_DEPTH:
        return None
    objects = [each for each in pairs if text[each.place : each.place + 1] == "{"]
    inside = [found for each in objects if (found := _in_object(text, each.place, depth + 1))]
    return inside[0] if len(inside) == 1 else None


def seems_a_call(keys: Iterable[str]) -> bool:
    """Whether keys are those of a call: several name fields of calls."""
    return len({_FIELDS.get(bare(each)) for each in keys} - {None}) >= _FEW_FIELDS


def _pairs(text: str, place: int) -> Iterator[_Pair]:
    """The keys of the object whose first key stands at a place, each with its value."""
    while (pair := key_at(text, place)) is not None:
        key, place = pair
        end = end_of_value(text, place)
        yield _Pair(key, place, end)
        if end is None:
            return
        place = _after_space(text, end)
        if text[place : place + 1] != ",":
            return
        place += 1


def _is_empty(text: str, place: int) -> bool:
    """Whether an empty list stands at a place."""
    return text[place : place + 1] == "[" and text[_after_space(text, place + 1) :][:1] == "]"


def _holds_objects(text: str, place: int) -> bool:
    """Whether a list of objects begins at a place."""
    return text[place : place + 1] == "[" and text[_after_space(text, place + 1) :][:1] == "{"


def _is_keyed(text: str, pairs: list[_Pair]) -> bool:
    """Whether the keys are ids: behind each stands an object, and all have much the same keys. Or behind each
    stands a list of such objects.
    """
    of_lists = all(_holds_objects(text, each.place) for each in pairs)
    if not of_lists and not all(
        text[each.place : each.place + 1] == "{" and _may_be_id(each.key) for each in pairs
    ):
        return False
    if of_lists and any(each.key.casefold() in LIST_NAMES for each in pairs):
        return False
    names = [_keys_of_first(text, each.place) for each in pairs[:20] if each.end is not None]
    return len(names) > 1 and all(are_alike(names[0], each) for each in names[1:])


def _keys_of_first(text: str, place: int) -> set[str]:
    """The keys of the object at a place, or of the first in the list there."""
    if text[place] == "[":
        place = _after_space(text, place + 1)
    return {each.key for each in _pairs(text, place + 1)}


def are_alike(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """Whether two objects have much the same keys."""
    return bool(one) and len(one & other) >= len(one | other) * _ALIKE


def list_alike(text: str, keys: AbstractSet[str]) -> str | None:
    """The name of a list of objects with much the same keys, in the object at the beginning of a text."""
    begin = _after_space(text, 0)
    return next(
        (
            each.key
            for each in _pairs(text, begin + 1)
            if _holds_objects(text, each.place) and are_alike(keys, _keys_of_first(text, each.place))
        ),
        None,
    )


def _may_be_id(key: str) -> bool:
    return len(key) >= _MIN_KEY or any(each.isdecimal() for each in key)


def _is_of_a_record(key: str) -> bool:
    folded = key.casefold()
    return folded in _OF_A_RECORD or folded.replace("_", "").replace("-", "") in _OF_A_CALL


def _is_an_id(key: str) -> bool:
    return words_of(key).rpartition("_")[2] in {"id", "uuid", "sid", "guid"}


def key_at(text: str, place: int) -> tuple[str, int] | None:
    """A key and the place of its value."""
    found = _STRING.match(text, _after_space(text, place))
    if found is None:
        return None
    colon = _after_space(text, found.end())
    if text[colon : colon + 1] != ":":
        return None
    try:
        key = json.loads(found[0], strict=False)
    except ValueError:
        return None
    return key, _after_space(text, colon + 1)


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def end_of_value(text: str, place: int) -> int | None:
    """The end of the value that begins at a place; None where the text ends before it."""
    sign = text[place : place + 1]
    if sign == '"':
        found = _STRING.match(text, place)
        return found.end() if found else None
    if sign not in ("{", "["):
        found = _SCALAR.match(text, place)
        # A number may go on behind the end of the text.
        return found.end() if found and found.end() < len(text) else None
    depth = 0
    for token in _TOKEN.finditer(text, place):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
            if depth == 0:
                return token.end()
    return None
