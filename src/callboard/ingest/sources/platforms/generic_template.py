"""The user's template of the generic hook: field of an event → where in a JSON body it lies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from callboard.ingest.sources.platforms.delivery import HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.reading.events import (
    agent_of,
    call_event,
    ending,
    known,
    metadata,
    money,
    parties,
    status_of,
    task_event,
    word_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import cut, text, whole
from callboard.ingest.sources.platforms.secret_names import ANY_PLACE, Path
from callboard.ingest.sources.platforms.template_lengths import (
    LENGTHS,
    check_length,
    check_units,
    length_in,
    with_unit,
)
from callboard.ingest.sources.platforms.word_table import Meaning, WordTable
from callboard.model.words import (
    ANSWERED_BY,
    CALL_STATUSES,
    CALL_TYPES,
    END_REASON_SET,
    FINAL_CALL,
    TASK_WORDS,
)

STATUSES: Final = WordTable(
    (r"queued|scheduled|pending|created|initiated|new", "queued"),
    (r"ringing|dialing|dialling|alerting", "ringing"),
    (r"in_progress|inprogress|answered|connected|active|started|ongoing|live", "in_progress"),
    (
        r"((answered|connected):over|completed|complete|ended|finished|done|success|successful)",
        "completed",
        "hangup",
    ),
    (r"missed|no_answer|noanswer|unanswered|not_answered|not_connected", "missed", "no_answer"),
    (r"busy|user_busy|line_busy", "missed", "busy"),
    (r"canceled|cancelled|abandoned", "missed", "canceled"),
    (r"rejected|declined", "missed", "rejected"),
    (r"voicemail|machine|answering_machine", "completed", "voicemail"),
    (r"failed|failure|error", "failed"),
)
"""Common words of statuses, in lower case and with `_` for spaces and hyphens. `:over` follows a word that
may also stand for a call under way, where the delivery tells an end or a length."""

TIMES: Final = ("occurred_at", "creation_time", "start_time", "end_time")
CALL_FIELDS: Final = (
    "call_id", "call_status", *TIMES, "sequence", "call_duration", "call_type", "source_number",
    "destination_number", "end_reason", "answered_by", "agent", "task_id", "outcome", "billed_seconds",
    "group_id", "group_rank", "event_id", "cost.amount", "cost.currency",
)  # fmt: skip
TASK_FIELDS: Final = (
    "task_id", "status", "occurred_at", "created", "scheduled_at", "sequence", "attempt", "run_id",
    "assignee", "execution_type", "failure_reason", "event_id",
)  # fmt: skip
OPEN_FIELDS: Final = {"call": ("external_ids", "metadata"), "task": ("input", "output")}
"""Fields whose keys the template chooses: `metadata.campaign`."""
FIELDS_MAX: Final = 100
PATH_LEVELS: Final = 32
_PATH = re.compile(r"[^.|\s][^.|]{0,99}(\.[^.|]{1,100}){0,31}")
_OVER: Final = ("answered", "connected")

_Reader = Callable[[Any], Any]


class Template:
    """A template that was read: what it says lies where. Raises `ValueError` for one that says nothing."""

    def __init__(self, told: Mapping[str, str]) -> None:
        if len(told) > FIELDS_MAX:
            raise ValueError(f"A template has at most {FIELDS_MAX} fields, not {len(told)}.")
        self.kind = told.get("type", "=call").removeprefix("=")
        if self.kind not in OPEN_FIELDS:
            raise ValueError("`type` is `=call` or `=task`.")
        self._each = _steps(told["each"]) if "each" in told else None
        self.list_under = told.get("each", "")
        """The key of the list of records, where `each` is one key."""
        fields = {
            field: path for field, path in told.items() if field not in ("type", "each") and ":" not in field
        }
        for field in fields:
            _check_field(field, self.kind)
        check_units(fields.items())
        self._units: dict[str, Decimal | None] = {}
        for field in fields.keys() & set(LENGTHS):
            if not fields[field].startswith("="):
                fields[field], self._units[field] = with_unit(fields[field])
        self.paths = self._paths(fields)
        """All that it reads of a body, from some place in it on."""
        for field in told:
            if ":" in field and not field.startswith(("call_status:", "status:")):
                raise ValueError(f"{field!r}: only `call_status` and `status` have words of their own.")
        self._words = {
            _plain(field.partition(":")[2]): _meaning(value, self.kind)
            for field, value in told.items()
            if field.startswith(("call_status:", "status:"))
        }
        self._read = {field: _reader(field, path) for field, path in fields.items()}
        for needed in ("call_id",) if self.kind == "call" else ("task_id", "status"):
            if needed not in self._read:
                raise ValueError(f"A template of {self.kind}s says where `{needed}` lies.")
        self._check_constants(fields)

    def _check_constants(self, fields: Mapping[str, str]) -> None:
        """Raises `ValueError` for a constant that no delivery could be read with."""
        said: dict[str, Any] = {"call_id": "x", "task_id": "x", "call_status": "ended", "status": "completed"}
        said |= {field: told[1:] for field, told in fields.items() if told.startswith("=")}
        try:
            self._said(said, HookSettings(), Translation())
        except Unfit as fault:
            raise ValueError(str(fault)) from None

    def _paths(self, fields: Mapping[str, str]) -> tuple[Path, ...]:
        paths = [tuple(path) for places in fields.values() for path in _paths_of(places)]
        if self._each is None:
            return tuple(paths)
        each = tuple(self._each)
        return tuple((*each, *place, *path) for path in paths for place in ((), (ANY_PLACE,)))

    def records(self, body: Any) -> list[Any]:
        """The records of a body: what lies at `each`, else the body, or each value of its list. Where nothing
        lies at `each`, an `Unfit` that says so.
        """
        value = body if self._each is None else _at(body, self._each)
        if value is None and self._each is not None:
            where = ".".join(self._each)
            return [Unfit("unreadable", f"Nothing lies at {where!r}, where `each` of the template points.")]
        return value if isinstance(value, list) else [value]

    def event(self, record: Any, settings: HookSettings, found: Translation) -> dict[str, Any]:
        """The event of one record. Raises `Unfit`."""
        return self._said({field: read(record) for field, read in self._read.items()}, settings, found)

    def _said(self, said: dict[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
        return (self._call if self.kind == "call" else self._task)(said, settings, found)

    def _call(self, said: dict[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:
        times = {field: moment(said.get(field), field, settings.timezone) for field in TIMES}
        talk = self._length(said, "call_duration")
        check_length(talk, self._units.get("call_duration"), times["start_time"], times["end_time"])
        event = call_event(
            cut(text(said.get("call_id")), 255),
            occurred_at=times["occurred_at"],
            creation_time=times["creation_time"],
            sequence=whole(said.get("sequence"), "sequence"),
            event_id=text(said.get("event_id")),
            group_id=text(said.get("group_id")),
            group_rank=whole(said.get("group_rank"), "group_rank"),
            call_type=known(
                "call_type",
                _lower(said.get("call_type")),
                dict(zip(CALL_TYPES, CALL_TYPES, strict=True)),
                found,
            ),
            answered_by=known(
                "answered_by",
                _lower(said.get("answered_by")),
                dict(zip(ANSWERED_BY, ANSWERED_BY, strict=True)),
                found,
            ),
            agent=agent_of(said.get("agent")),
            task_id=text(said.get("task_id")),
            outcome=cut(text(said.get("outcome")), 64),
            billed_seconds=self._length(said, "billed_seconds"),
            cost=money(said.get("cost.amount"), said.get("cost.currency"), "cost.amount"),
            external_ids={key: word for key, value in _under(said, "external_ids") if (word := text(value))},
            metadata=metadata(settings, **dict(_under(said, "metadata"))),
        )
        parties(event, party(said.get("source_number")), party(said.get("destination_number")))
        word = word_of(said.get("call_status"))
        if word is None:
            return {field: value for field, value in event.items() if field != "creation_time"}
        is_over = times["end_time"] is not None or bool(talk)
        meaning = self._status(word, is_over)
        if meaning.status not in FINAL_CALL:
            event |= call_event(event["call_id"], call_status=meaning.status, start_time=times["start_time"])
            return event
        reason = word_of(said.get("end_reason"))
        explained = self._explained(meaning, reason, found)
        return event | call_event(
            event["call_id"],
            **ending(explained, reason or word, times["end_time"], length=talk, start=times["start_time"]),
        )

    def _status(self, word: str, is_over: bool) -> Meaning:
        plain = _plain(word)
        if plain in self._words:
            return self._words[plain]
        return status_of(STATUSES, f"{plain}:over" if is_over and plain in _OVER else plain)

    @staticmethod
    def _explained(meaning: Meaning, reason: str | None, found: Translation) -> Meaning:
        """The meaning of a status with the reason that was told beside it."""
        if reason is None:
            return meaning
        plain = known(
            "end_reason", _plain(reason), dict(zip(END_REASON_SET, END_REASON_SET, strict=True)), found
        )
        return Meaning(meaning.status, plain or "unknown", meaning.standing)

    def _task(self, said: dict[str, Any], settings: HookSettings, found: Translation) -> dict[str, Any]:  # noqa: ARG002 - as calls
        word = _plain(text(said.get("status")) or "")
        status = self._words[word].status if word in self._words else word
        if word and status not in TASK_WORDS:
            raise Unfit(
                "unknown_status", f"The status {word[:1000]!r} is in no table of this hook.", word[:1000]
            )
        if not word:
            raise Unfit("invalid", "The record tells no status of its task.")
        times = {
            field: moment(said.get(field), field, settings.timezone)
            for field in ("occurred_at", "created", "scheduled_at")
        }
        return task_event(
            text(said.get("task_id")),
            status=status,
            **times,
            sequence=whole(said.get("sequence"), "sequence"),
            attempt=whole(said.get("attempt"), "attempt"),
            **{
                field: cut(text(said.get(field)), 255)
                for field in ("run_id", "assignee", "execution_type", "event_id")
            },
            failure_reason=word_of(said.get("failure_reason")),
            input=metadata(settings, **dict(_under(said, "input"))),
            output=metadata(settings, **dict(_under(said, "output"))),
        )

    def _length(self, said: dict[str, Any], field: str) -> float | int | None:
        return length_in(said.get(field), field, self._units.get(field))


@lru_cache(maxsize=256)
def _template(told: tuple[tuple[str, str], ...]) -> Template:
    return Template(dict(told))


def template_of(told: Mapping[str, str]) -> Template:
    """The template of a hook's settings. Raises `Unfit` for one that cannot be read."""
    try:
        return _template(tuple(sorted(told.items())))
    except ValueError as fault:
        raise Unfit("invalid", f"The hook's template: {fault}") from None


def paths_read(settings: HookSettings) -> tuple[Path, ...]:
    """Where lies what the template of a hook reads."""
    try:
        return template_of(settings.template).paths if settings.template is not None else ()
    except Unfit:
        return ()


def _check_field(field: str, kind: str) -> None:
    plain = CALL_FIELDS if kind == "call" else TASK_FIELDS
    group, _, key = field.partition(".")
    if field not in plain and not (group in OPEN_FIELDS[kind] and key):
        raise ValueError(f"{field!r} is no field of a {kind} that a template may fill.")


def _reader(field: str, told: str) -> _Reader:
    """Where a field lies: a path, several apart by `|` of which the first that is there counts, `=` and a
    constant.
    """
    if told.startswith("="):
        constant = told[1:]
        return lambda _: constant
    paths = _paths_of(told)
    is_open = "." in field

    def read(record: Any) -> Any:
        for path in paths:
            value = _at(record, path)
            if value is not None and (is_open or text(value) is not None):
                return value
        return None

    return read


def _paths_of(told: str) -> list[list[str]]:
    return [] if told.startswith("=") else [_steps(path) for path in told.split("|")]


def _steps(path: str) -> list[str]:
    path = path.strip()
    if not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is no path: names apart by dots, as `data.call.id`.")
    return path.split(".")


def _at(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(value, list) and step.isdecimal() and len(step) < 7 and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def _meaning(told: str, kind: str) -> Meaning:
    """What a template says of a word: a status and, of a call, why it ended: `missed busy`."""
    status, _, reason = told.removeprefix("=").strip().partition(" ")
    if status not in (CALL_STATUSES if kind == "call" else TASK_WORDS):
        raise ValueError(f"{status!r} is no status of a {kind}.")
    if reason and reason not in END_REASON_SET:
        raise ValueError(f"{reason!r} is no end reason.")
    return Meaning(status, reason or None)


def _plain(word: str) -> str:
    return re.sub(r"[\s\-]+", "_", word.strip().lower())


def _lower(value: Any) -> str | None:
    word = text(value)
    return None if word is None else word.lower()


def _under(said: Mapping[str, Any], group: str) -> list[tuple[str, Any]]:
    return [
        (field.partition(".")[2], value) for field, value in said.items() if field.startswith(f"{group}.")
    ]
