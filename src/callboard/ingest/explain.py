"""Why an event does not fit its wire form: field, rule, value. Called after msgspec has refused the event."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final

from callboard.ingest.documents import refuse_repeated_keys
from callboard.ingest.money import micros_of
from callboard.ingest.rejected import RejectedEvent, shown
from callboard.ingest.texts import check_text
from callboard.ingest.wire import GROUPS_MAX, ID_BYTES, TIME_CHARACTERS
from callboard.model.field import Field
from callboard.model.fields import FIELDS, ROUGH_NAMES, event_fields
from callboard.model.words import RejectReason

Rule = Callable[[str, Any], None]
"""Raises `RejectedEvent` when a field's value is wrong. Not called for null or a field that was left out."""


def explain_json(body: bytes) -> RejectedEvent:
    """Why one event's JSON was refused."""
    try:
        return explain(_without_repeated_keys(body))
    except RejectedEvent as fault:
        return fault


def repeated_key(body: bytes) -> RejectedEvent | None:
    """The rejection when an object in one event's JSON has a repeated key; None when none has."""
    try:
        _without_repeated_keys(body)
    except RejectedEvent as fault:
        return fault
    return None


def _without_repeated_keys(body: bytes) -> Any:
    try:
        return refuse_repeated_keys(body)
    except RejectedEvent:
        raise
    except RecursionError:
        raise RejectedEvent("too_large", "event", "nested too deeply") from None
    except ValueError:
        raise RejectedEvent("invalid_value", "event", "holds a number of thousands of digits") from None


def explain(sent: Any) -> RejectedEvent:
    """Why a decoded event was refused."""
    try:
        _check(sent)
    except RejectedEvent as fault:
        return fault
    raise AssertionError(f"nothing is wrong with the event's fields {sorted(sent)}")


def _check(sent: Any) -> None:
    if not isinstance(sent, dict):
        raise RejectedEvent("invalid_type", "event", f"{shown(sent)} is not an object")
    if "type" not in sent:
        raise RejectedEvent("missing_field", "type", "is missing; say call or task")
    kind = sent["type"]
    rules = _RULES.get(kind) if isinstance(kind, str) else None
    if rules is None:
        raise RejectedEvent("invalid_type", "type", f"{shown(kind)} is neither call nor task")
    _check_fields(kind, sent, rules)


def _check_fields(kind: str, sent: Mapping[str, Any], rules: Mapping[str, Rule]) -> None:
    for field in sent:
        if field != "type" and field not in rules:
            raise RejectedEvent("unknown_field", shown(field)[1:-1], f"a {kind} event has no such field")
    for field in _REQUIRED[kind]:
        # What some events may lack is checked when all of the event is known (`group_ends`).
        if field not in sent and not (kind == "call" and field in _MAY_LACK):
            raise RejectedEvent("missing_field", field, f"is missing; a {kind} event needs it")
    for field, rule in rules.items():
        if field in sent and (sent[field] is not None or field in _REQUIRED[kind]):
            rule(field, sent[field])


def need_all(sent: Mapping[str, Any]) -> None:
    """Raise `RejectedEvent` when a required field is missing, also one that other events may lack."""
    kind = sent.get("type")
    for field in _REQUIRED.get(str(kind), ()):
        if field not in sent:
            raise RejectedEvent("missing_field", field, f"is missing; a {kind} event needs it")


def _text(bytes_max: int, reason: RejectReason = "invalid_value") -> Rule:
    def check(field: str, value: Any) -> None:
        if not isinstance(value, str):
            raise RejectedEvent(reason, field, f"{shown(value)} is not a text")
        check_text(field, value, bytes_max, is_id=reason == "invalid_id")

    return check


def _required_id(field: str, value: Any) -> None:
    _id(field, value)
    if not value:
        raise RejectedEvent("invalid_id", field, "is empty")


def _words(words: tuple[str, ...], reason: RejectReason) -> Rule:
    def check(field: str, value: Any) -> None:
        if value not in words:
            raise RejectedEvent(reason, field, f"{shown(value)} is none of {', '.join(words)}")

    return check


def _whole(low: int, high: int) -> Rule:
    def check(field: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise RejectedEvent(
                "invalid_value", field, f"{shown(value)} is no whole number from {low} to {high}"
            )

    return check


def _seconds(field: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RejectedEvent("invalid_duration", field, f"{shown(value)} is not a number of seconds")
    if isinstance(value, float) and not isfinite(value):
        raise RejectedEvent("invalid_duration", field, "is not a finite number of seconds")


def _flag(field: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise RejectedEvent("invalid_value", field, f"{shown(value)} is neither true nor false")


def _time(field: str, value: Any) -> None:
    """Checks the form only: `instants` parses the time."""
    if not isinstance(value, str):
        raise RejectedEvent("invalid_time", field, f"{shown(value)} is not a text")
    if len(value) > TIME_CHARACTERS:
        raise RejectedEvent("invalid_time", field, f"{len(value):,} characters; at most {TIME_CHARACTERS}")


def _cost(field: str, value: Any) -> None:
    if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
        raise RejectedEvent("invalid_value", field, 'is not {"amount": number, "currency": "USD"}')
    amount, currency = value["amount"], value["currency"]
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        raise RejectedEvent("invalid_value", field, f"{shown(amount)} is not an amount")
    if not isinstance(currency, str) or re.fullmatch("[A-Za-z]{3}", currency) is None:
        raise RejectedEvent("invalid_value", field, f"{shown(currency)} is not a currency of three letters")
    micros_of(field, amount)


def _any_json(field: str, value: Any) -> None:
    """Any JSON fits the wire form; `documents` checks the rest."""


_id = _text(ID_BYTES, "invalid_id")


def _ids(field: str, value: Any) -> None:
    ids = value if isinstance(value, list) else [value]
    if not 1 <= len(ids) <= GROUPS_MAX:
        raise RejectedEvent("invalid_value", field, f"{len(ids)} ids; 1 to {GROUPS_MAX}")
    for each in ids:
        _required_id(field, each)


def _names(field: str, value: Any) -> None:
    if not isinstance(value, list):
        raise RejectedEvent("invalid_value", field, f"{shown(value)} is no list of names")
    for each in value:
        if each not in ROUGH_NAMES:
            raise RejectedEvent("invalid_value", field, f"{shown(each)} is none of {', '.join(ROUGH_NAMES)}")
    if len(value) > len(ROUGH_NAMES):
        raise RejectedEvent("invalid_value", field, f"{len(value)} names; at most {len(ROUGH_NAMES)}")


def _rule(field: Field) -> Rule:
    if field.kind == "id":
        return _required_id if field.required else _text(field.maximum, "invalid_id")
    if field.kind == "ids":
        return _ids
    if field.kind == "word":
        return _words(field.words, "invalid_status" if field.required else "invalid_value")
    if field.kind == "whole":
        return _whole(field.minimum, field.maximum)
    return _RULE_OF_KIND.get(field.kind) or _text(field.maximum)


_RULE_OF_KIND: Final[Mapping[str, Rule]] = {
    "time": _time,
    "duration": _seconds,
    "flag": _flag,
    "money": _cost,
    "document": _any_json,
    "texts": _any_json,
    "names": _names,
}
_RULES: Final[Mapping[str, Mapping[str, Rule]]] = {
    of: {field.name: _rule(field) for field in event_fields(of)} for of in FIELDS
}
_MAY_LACK: Final = frozenset(field.name for field in event_fields("call") if field.may_lack)
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    of: tuple(field.name for field in event_fields(of) if field.required) for of in FIELDS
}
