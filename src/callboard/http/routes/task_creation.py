"""Creating tasks: registers a run of pending tasks for a runner to carry out."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from callboard.clock import Micros, moment
from callboard.errors import BodyTooLargeError, InvalidInputError
from callboard.http.answers import One
from callboard.http.endpoint import Body, Endpoint, Header
from callboard.http.fields import Name
from callboard.http.json_body import converted
from callboard.http.json_slices import read_json_in_slices
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.routes.tasks import SPACE_TASKS
from callboard.ingest.documents import document
from callboard.ingest.parse import VALUES_MAX, event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.shape import Bounds
from callboard.model.directory import Space
from callboard.model.event import Entry
from callboard.store.interface import Batch, Idempotency, NewRun

MAX_READ_ON_LOOP = 4 * 1024
"""Bodies up to this many bytes, some tens of tasks, are parsed on the event loop; larger ones on a thread."""
TASKS_BODY_BOUNDS = Bounds(values=VALUES_MAX, keys=VALUES_MAX)
MAX_CONTEXT_BYTES = 4096
MESSAGE = (
    "Tasks registered as pending. Callboard places no calls: a runner reads tasks/?status=pending, carries "
    "them out and reports back."
)

_json = msgspec.json.Encoder()
_sorted_json = msgspec.json.Encoder(order="deterministic")


class TaskDocument(Struct, frozen=True):
    """The person one task is about. More fields may stand beside these, `context` among them; all become the
    task's `input`.
    """

    name: Name
    contact_number: Annotated[str, Meta(min_length=1, max_length=64, pattern="^[^\\x00]+$")]


class Schedule(Struct, frozen=True, forbid_unknown_fields=True):
    """When the tasks are due."""

    type: Annotated[str, Meta(extra_json_schema={"enum": ["now"]})] = "now"


class NewTasks(Struct, frozen=True, forbid_unknown_fields=True):
    """Tasks to be, one for each document."""

    pilot: Name
    """The handle of the agent that is to carry them out; becomes each task's `assignee`."""
    documents: Annotated[list[TaskDocument], Meta(min_length=1)]
    # The pattern is in the schema alone, and `_checked` refuses a NUL: msgspec 0.22 corrupts memory with a
    # union of a text that has a pattern and an object or a list.
    context: (
        Annotated[
            str,
            Meta(
                max_length=1000,
                description="Becomes every task's `input.objective`.",
                extra_json_schema={"pattern": "^[^\\x00]*$"},
            ),
        ]
        | Annotated[dict[str, Any], Meta(extra_json_schema={"$ref": "#/components/schemas/JsonObject"})]
        | None
    ) = None
    schedule: Schedule = Schedule()


class NewRunAnswer(Struct, frozen=True):
    """The new run and its tasks, in the order of the documents."""

    run_id: str
    task_ids: list[str]
    status: str


class Registered(Struct, frozen=True):
    """A checked request: the events of the new tasks, its answer, and the digest of its body."""

    entries: list[Entry]
    answer: bytes
    digest: bytes


async def create_tasks(request: Request) -> Response:
    services, space = request.services, request.space
    now = services.clock()
    run_id = uuid.uuid4().hex
    if len(request.body) <= MAX_READ_ON_LOOP:
        new = _registered(request, run_id, now)
    else:
        new = await request.parse_threads.run(_registered, request, run_id, now)
    key = request.values.get("Idempotency-Key")
    receipt = await services.commits.commit_async(
        Batch(
            org_id=space.org_id,
            space_id=space.id,
            entries=new.entries,
            received_at=now,
            run=NewRun(run_id, now, None, "api"),
            idempotency=None if key is None else Idempotency(key, new.digest, new.answer),
        )
    )
    assert not receipt.rejections, "tasks of new ids with checked input are taken"
    if receipt.first_answer is not None:
        return Response(status=_status_of(receipt.first_answer), body=receipt.first_answer)
    return Response(status=200, body=new.answer)


class _StoredAnswer(Struct):
    status_code: int


def _status_of(answer: bytes) -> int:
    """The status of a stored answer: earlier versions answered 201."""
    return msgspec.json.decode(answer, type=_StoredAnswer).status_code


def _registered(request: Request, run_id: str, now: Micros) -> Registered:
    assert request.reservation is not None, "a body holds room"
    request.reservation.reserve_decoded(request.body)
    settings = request.services.settings
    raw = read_json_in_slices(request.body, TASKS_BODY_BOUNDS, "documents", settings.max_events)
    new = _checked(raw, settings.max_events, settings.max_decoded_bytes)
    entries = _entries(_inputs(raw["documents"], new.context), new, request.space, run_id, now)
    data = NewRunAnswer(run_id, [entry.event.item_id for entry in entries], "pending")
    return Registered(entries, _json.encode(One(200, MESSAGE, data)), _digest(raw))


def _checked(raw: Any, max_tasks: int, max_bytes: int) -> NewTasks:
    new = converted(raw, NewTasks)
    if isinstance(new.context, str) and "\x00" in new.context:
        why = "must not hold a NUL"
        raise InvalidInputError(f"context: {why}", [("context", why)])
    if new.schedule.type != "now":
        why = "only now is taken: Callboard places no calls and keeps no schedule"
        raise InvalidInputError(f"schedule.type: {why}", [("schedule.type", why)])
    if len(new.documents) > max_tasks:
        raise BodyTooLargeError(f"More than {max_tasks:,} documents; send them in parts.")
    context = _json.encode(new.context)
    if isinstance(new.context, dict):
        document("context", Raw(context), MAX_CONTEXT_BYTES)
    if len(context) * len(new.documents) > max_bytes:
        raise BodyTooLargeError("The context, kept with each document, is too much; send fewer at once.")
    return new


def _inputs(documents: Sequence[dict[str, Any]], context: Any) -> list[dict[str, Any]]:
    """Each task's input: its document as sent, with the request's context as `objective`."""
    if context is None:
        return list(documents)
    for place, each in enumerate(documents):
        if "objective" in each:
            # Both would be `objective` of the input: one would be lost.
            field = f"documents[{place}].objective"
            why = "cannot stand beside the request's context, which becomes each task's objective"
            raise InvalidInputError(f"{field}: {why}", [(field, why)])
    return [{**each, "objective": context} for each in documents]


def _entries(
    inputs: Sequence[dict[str, Any]], new: NewTasks, space: Space, run_id: str, now: Micros
) -> list[Entry]:
    created = moment(now).isoformat()
    common = {
        "type": "task",
        "status": "pending",
        "run_id": run_id,
        "assignee": new.pilot,
        "execution_type": "call" if space.content_type == "contact" else space.content_type,
        "created": created,
        "occurred_at": created,
    }
    return [_entry(place, each, common, now) for place, each in enumerate(inputs)]


def _entry(place: int, task_input: dict[str, Any], common: dict[str, Any], now: Micros) -> Entry:
    try:
        return event_from_mapping(
            {**common, "task_id": uuid.uuid4().hex, "input": task_input}, now=now, source="events"
        )
    except RejectedEvent as fault:
        field = {"input": f"documents[{place}]", "assignee": "pilot"}[fault.field]
        raise InvalidInputError(f"{field}: {fault.rule}", [(field, fault.rule)]) from None


def _digest(raw: Any) -> bytes:
    """A digest of the body's content: white space and the order of keys make no difference."""
    digest = hashlib.sha256(b"{")
    for place, name in enumerate(sorted(raw)):
        digest.update((b"," if place else b"") + _sorted_json.encode(name) + b":")
        if name == "documents":
            # One by one: encoding 50,000 documents in one call would hold the interpreter lock too long.
            for number, each in enumerate(raw[name]):
                digest.update((b"," if number else b"[") + _sorted_json.encode(each))
            digest.update(b"]")
        else:
            digest.update(_sorted_json.encode(raw[name]))
    digest.update(b"}")
    return digest.digest()


def _read_key(value: str) -> str:
    if not 1 <= len(value) <= 255 or not all("!" <= letter <= "~" for letter in value):
        raise ValueError("must be 1 to 255 visible ASCII characters")
    return value


ENDPOINTS = (
    Endpoint(
        method="POST",
        path=f"{SPACE_TASKS}create/",
        operation="create_tasks",
        tag="Tasks",
        summary="Create a run of tasks",
        text="One pending task for each document. Callboard places no calls: this registers tasks for a "
        "runner, which reads `tasks/?status=pending` and reports back by events or by updating the task.",
        role="member",
        headers=(
            Header(
                name="Idempotency-Key",
                text="1 to 255 visible ASCII characters. Per space, kept for 7 days: a request sent again "
                "under the same key is answered as the first time and registers nothing; with another body "
                "it is 422.",
                read=_read_key,
            ),
        ),
        body=Body(
            schema=NewTasks,
            example={
                "pilot": "renewals",
                "documents": [{"name": "Asha", "contact_number": "+12025550123", "plan": "gold"}],
                "schedule": {"type": "now"},
            },
            max_bytes=None,
            compressed=True,
            bounds=TASKS_BODY_BOUNDS,
        ),
        handle=create_tasks,
        answer=One[NewRunAnswer],
    ),
)
