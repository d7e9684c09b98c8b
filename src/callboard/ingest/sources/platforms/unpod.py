"""Unpod: the task document that it pushes, and tasks, call logs and calls of its APIs and its export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from callboard.clock import SECOND, Micros
from callboard.ingest.sources.platforms.delivery import PULLED, Delivery, HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.livekit import REASONS as LIVEKIT_REASONS
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import inner, json_values, readable
from callboard.ingest.sources.platforms.reading.events import (
    agent_of,
    call_event,
    derived,
    ending,
    first_time,
    known,
    metadata,
    money,
    parties,
    spare,
    status_of,
    task_event,
    word_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import Party, party
from callboard.ingest.sources.platforms.reading.tables import table_rows, told
from callboard.ingest.sources.platforms.reading.values import cut, first_text, length, text, whole
from callboard.ingest.sources.platforms.signatures.static import HEADER
from callboard.ingest.sources.platforms.vapi_words import REASONS as VAPI_REASONS
from callboard.ingest.sources.platforms.word_table import WordTable
from callboard.model.words import END_REASON_SET, FINAL_CALL, TASK_WORDS

STATUSES: Final = WordTable(
    (r"(?i:completed|success|answered|connected|ended)", "answered?", "hangup"),
    (r"(?i:voicemail)", "completed", "voicemail"),
    (r"(?i:not[-_]?connected|missed|no_answer)", "missed", "no_answer"),
    (r"(?i:busy)", "missed", "busy"),
    (r"(?i:cancelled)", "missed", "canceled"),
    (r"(?i:rejected)", "missed", "rejected"),
    (r"(?i:failed|failure|unknown)", "failed", "unknown"),
    (r"(?i:dropp?ed)", "failed", "network_error"),
    (r"(?i:scheduled|pending|dispatching|calldispatched|queued)", "queued"),
    (r"(?i:ringing)", "ringing"),
    (r"(?i:active|incall|outcall|in_progress)", "in_progress"),
)
"""`call_status` and `status`. `connected` is an end: the parties were connected."""
REASONS: Final = WordTable(
    (r"(?i:user_hung_up_in_call|customer[-_ ]ended[-_ ]the[-_ ]call)", "answered?", "customer_hangup"),
    (r"(?i:user_did_not_pick_up)", "missed", "no_answer"),
)
"""`end_reason`, where it is no word of Callboard, Vapi or LiveKit, whose words it takes over."""

DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound", "web": "web"}
COLUMNS: Final = ("call_status", "creation_time")
LISTS: Final = ("results", "data", "tasks", "items", "calls")
"""Where the rows of an answer lie, and what they lie in."""
PLAIN: Final = ("hangup", "no_answer", "unknown")
"""What statuses say that any call of theirs could have: the reason beside them tells more."""
OUTCOME_BYTES: Final = 64
_LEFT_OUT: Final = ("transcript", "recording_url", "messages")
_SETUP: Final = """\
Unpod posts each task when it is done: at the agent, set *Webhook URL* to

    {url}

with the header `X-Callboard-Secret: {secret}`. It has no webhooks for calls that belong to no task: give this
hook an API token, and Callboard asks for the call logs. Tasks are not asked for: send again what was lost.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The events of a task document, of one answer of the APIs, or of the rows of the exported CSV."""
    found = Translation()
    with found.record():
        is_json = delivery.body.lstrip()[:1] in (b"{", b"[")
        listed = _listed(delivery.body) if is_json else table_rows(delivery.body, *COLUMNS)
        if not listed:
            found.ignored.append("empty")
        for part, each in enumerate(listed):
            with found.record(part):
                row = readable(each) if is_json else told(each)
                if not isinstance(row, dict):
                    raise Unfit("unreadable", "A row is no JSON object.")
                if "task_id" in row and "call_status" not in row:
                    _task(row, settings, found)
                else:
                    found.events.append(_call(row, delivery, settings, found))
    return found


def _listed(body: bytes) -> list[Any]:
    """The rows of an answer of the APIs, which may lie in its `data`; else the objects that were sent."""
    found: list[Any] = []
    for each in json_values(body, *LISTS):
        value = each
        while isinstance(value, dict) and not {"id", "call_id", "task_id"} & value.keys():
            inside = next((value[name] for name in LISTS if isinstance(value.get(name), list | dict)), None)
            if inside is None:
                break
            value = inside
        found += value if isinstance(value, list) else [value]
    return found


def _task(row: Mapping[str, Any], settings: HookSettings, found: Translation) -> None:
    """The event of a task, and that of the call that its output tells of."""
    word = first_text(row.get("status")) or ""
    if word not in TASK_WORDS:
        raise Unfit(
            "unknown_status", f"The status {word[:1000]!r} is in no table of this platform.", word[:1000]
        )
    zone = settings.timezone
    created = spare(found, "created", moment, row.get("created"), "created", zone)
    changed = first_time(
        moment(row.get("last_status_change"), "last_status_change", zone),
        moment(row.get("modified"), "modified", zone),
    )
    output, task_id = inner(row, "output"), text(row.get("task_id"))
    retries = whole(row.get("retry_attempt"), "retry_attempt")
    reason = first_text(output.get("error"), output.get("call_end_reason"))
    found.events.append(
        task_event(
            task_id,
            status=word,
            occurred_at=first_time(changed, created),
            attempt=None if retries is None else retries + 1,
            run_id=text(row.get("run_id")),
            assignee=agent_of(row.get("assignee")),
            execution_type=cut(text(row.get("execution_type")), 255),
            created=created,
            scheduled_at=spare(
                found, "scheduled_at", moment, row.get("scheduled_timestamp"), "scheduled_timestamp", zone
            ),
            failure_reason=word_of(reason) if TASK_WORDS[word] == "failed" else None,
            input=metadata(settings, **inner(row, "input")),
            output=metadata(
                settings,
                recording_url=output.get("recording_url"),
                **{name: each for name, each in output.items() if name not in _LEFT_OUT},
            ),
        )
    )
    if text(output.get("call_id")) is not None:
        found.events.append(_call_of_task(row, output, changed, settings, found))


def _call_of_task(
    row: Mapping[str, Any],
    output: Mapping[str, Any],
    changed: Micros | None,
    settings: HookSettings,
    found: Translation,
) -> dict[str, Any]:
    zone = settings.timezone
    start = moment(output.get("start_time"), "start_time", zone)
    end = moment(output.get("end_time"), "end_time", zone)
    call_id = text(output.get("call_id"))
    call_type = known(
        "call_type",
        first_text(output.get("call_type"), inner(row, "input").get("call_type")),
        DIRECTIONS,
        found,
    )
    talk = length(output.get("duration"), "duration")
    said = _said(output.get("call_status"), output.get("call_end_reason"), start, end, talk, found)
    event = call_event(
        call_id,
        **said | {"occurred_at": first_time(said.get("occurred_at"), changed)},
        call_type=call_type,
        task_id=text(row.get("task_id")),
        # Its handle: the logs have the name.
        agent=agent_of(ids=[row.get("assignee")]),
        outcome=cut(text(inner(output, "post_call_data", "summary").get("status")), OUTCOME_BYTES),
        cost=spare(found, "cost", money, output.get("cost"), output.get("currency"), "cost"),
        external_ids={"unpod": call_id},
        metadata=metadata(
            settings,
            inner(row, "input"),
            recording_url=first_text(output.get("recording_url")),
            summary=text(output.get("call_summary")),
            batch_id=text(row.get("run_id")),
        ),
    )
    customer = party(first_text(output.get("contact_number"), inner(row, "input").get("contact_number")))
    ends = (customer, party(output.get("assistant_number")))
    parties(event, *(ends if call_type == "inbound" else ends[::-1]))
    # It tells more than the row of the call logs: its task, its outcome, what was said.
    return event | _same_call(start, end, talk, ends, rank=2)


def _same_call(
    start: Micros | None, end: Micros | None, talk: float | None, ends: tuple[Party, Party], *, rank: int
) -> dict[str, Any]:
    """The group of a call that a task and the call logs tell of by ids that have nothing in common: both
    numbers, start, end and length, of which the call logs have no two alike. Numbers may be swapped in one of
    them, and fractions of a second cut. Nothing joins calls that were not answered: too little is told.
    """
    numbers = sorted(each.number for each in ends if each.number is not None)
    if start is None or end is None or not talk or len(numbers) < len(ends):
        return {}
    told = (start // SECOND, end // SECOND, round(talk * 1000), *numbers)
    return {"group_id": "unpod_call:" + ":".join(map(str, told)), "group_rank": rank}


def _call(
    row: Mapping[str, Any], delivery: Delivery, settings: HookSettings, found: Translation
) -> dict[str, Any]:
    """The event of one call: a row of the call logs, or a call of the newer API."""
    call_id = first_text(row.get("call_id"), row.get("id"))
    zone, timings = settings.timezone, inner(row, "traces", "call_timings")
    is_log = "call_status" in row
    told_times = {
        name: moment(row.get(name), name, zone)
        for name in (
            "creation_time",
            "start_time",
            "end_time",
            "created",
            "modified",
            "scheduled_at",
            "started_at",
            "ended_at",
        )
    } | {
        name: moment(timings.get(name), name, zone)
        for name in ("call_dialed_at", "call_connected_at", "call_ended_at")
    }
    start = first_time(told_times["start_time"], told_times["call_connected_at"])
    end = first_time(told_times["end_time"], told_times["call_ended_at"], told_times["ended_at"])
    dialled = first_time(told_times["call_dialed_at"], told_times["started_at"], told_times["created"])
    talk = next(
        (
            seconds
            for source, name in (
                (row, "call_duration"),
                (timings, "talk_duration_seconds"),
                (row, "duration_s"),
            )
            if (seconds := length(source.get(name), name)) is not None
        ),
        None,
    )  # fmt: skip
    said = _said(
        first_text(row.get("call_status"), row.get("status")) or "",
        row.get("end_reason"),
        start,
        end,
        talk,
        found,
    )
    is_over = said.get("call_status") in FINAL_CALL
    event = call_event(
        call_id,
        **said
        | {
            "occurred_at": first_time(
                end if is_over else None,
                start,
                dialled,
                # Of a row that tells no time of its call: when it was written, soon after the end.
                told_times["creation_time"],
            ),
            # `creation_time` of the call logs is when the row was written, after the end.
            "creation_time": derived(start) if is_log else dialled,
        },
        sequence=delivery.received_at // 1_000 if delivery.method == PULLED else None,
        call_type=known(
            "call_type", first_text(row.get("call_type"), row.get("direction")), DIRECTIONS, found
        ),
        agent=agent_of(
            inner(row, "agent").get("name"), ids=[inner(row, "agent").get("id"), row.get("agent_id")]
        ),
        task_id=first_text(row.get("task_id"), inner(row, "data").get("task_id")),
        outcome=cut(text(row.get("disposition")), OUTCOME_BYTES),
        external_ids={"unpod": call_id} if call_id else None,
        metadata=metadata(settings, inner(row, "data"), recording_url=first_text(row.get("recording_url"))),
    )
    ends = (
        party(first_text(row.get("source_number"), row.get("from_number"))),
        party(first_text(row.get("destination_number"), row.get("to_number"), row.get("user_number"))),
    )
    parties(event, *ends)
    return event | (_same_call(start, end, talk, ends, rank=1) if is_over else {})


def _said(
    status: Any,
    reason: Any,
    start: Micros | None,
    end: Micros | None,
    talk: float | None,
    found: Translation,
) -> dict[str, Any]:
    """Where a call stands, by its status and by the reason beside it. Nothing where neither is told."""
    word, why = word_of(status), word_of(reason)
    if word is None and status != "":
        return {}
    answered = bool(talk) or start is not None
    meaning = status_of(STATUSES, word or "", answered=answered)
    if meaning.status not in FINAL_CALL:
        live = meaning.status == "in_progress"
        return {
            "call_status": meaning.status,
            "occurred_at": start if live else None,
            "start_time": start if live else None,
        }
    told = None if why is None else _reason(why, found, answered=answered)
    if told is not None and meaning.end_reason in PLAIN:
        word, meaning = why, structs.replace(meaning, end_reason=told, rough=False)
    rough = meaning.end_reason in PLAIN and told is None
    return {"occurred_at": end, **ending(meaning, word or "", end, length=talk, start=start, rough=rough)}


def _reason(word: str, found: Translation, *, answered: bool) -> str:
    reason = reason_of(word, answered)
    if reason is None:
        known("end_reason", word, {}, found)
    return reason or "unknown"


def reason_of(word: str, answered: bool) -> str | None:
    """The reason that a word means, beside any status; None for one that is in no table."""
    if word.lower() in END_REASON_SET:
        return word.lower()
    for table in (REASONS, VAPI_REASONS, LIVEKIT_REASONS):
        meaning = table.look_up(word, answered=answered)
        if meaning is not None and meaning.end_reason is not None:
            return meaning.end_reason
    return None


UNPOD: Final = Platform(
    name="unpod",
    title="Unpod",
    signature=HEADER,
    translate=translate,
    words={"call_status": STATUSES, "end_reason": REASONS},
    reason_of=reason_of,
    setup=_SETUP,
    id_prefix="unpod:",
    prefixes_numbers_alone=True,
    tables=COLUMNS,
    redact=frozenset({"system_prompt", "instructions"}),
    pulled=True,
)
