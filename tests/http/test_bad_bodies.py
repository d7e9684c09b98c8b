"""Bad bodies of tasks and of the administration: the field is named, and nothing half-made is left behind.

Everything goes to a real server, which must be alive after each, with no drift and no fault of its own.
"""

from __future__ import annotations

import json

import pytest

from tests.http.board import task
from tests.http.door import BASE, Door, refused

# (the body; the status; the field at fault; words)
PERSON = '{"name":"Asha","contact_number":"+12025550123"}'
RUNS: dict[str, tuple[str, int, str, str]] = {
    "no pilot": (f'{{"documents":[{PERSON}]}}', 422, "pilot", "is missing"),
    "no documents": ('{"pilot":"p"}', 422, "documents", "is missing"),
    "an empty list": ('{"pilot":"p","documents":[]}', 422, "documents", "must not be empty"),
    "no list": (f'{{"pilot":"p","documents":{PERSON}}}', 422, "documents", "must be a list"),
    "a text as document": ('{"pilot":"p","documents":["x"]}', 422, "documents[0]", "must be an object"),
    "the second without a name": (
        f'{{"pilot":"p","documents":[{PERSON},{{"contact_number":"1"}}]}}',
        422,
        "documents[1].name",
        "is missing",
    ),
    "an empty number": (
        '{"pilot":"p","documents":[{"name":"a","contact_number":""}]}',
        422,
        "documents[0].contact_number",
        "must not be empty",
    ),
    "a name with a NUL": (
        '{"pilot":"p","documents":[{"name":"\\u0000","contact_number":"1"}]}',
        422,
        "documents[0].name",
        "NUL",
    ),
    "more with a NUL": (
        '{"pilot":"p","documents":[{"name":"a","contact_number":"1","x":["\\u0000"]}]}',
        422,
        "documents[0]",
        "NUL",
    ),
    "more, nested deeply": (
        '{"pilot":"p","documents":[{"name":"a","contact_number":"1","x":' + "[" * 20 + "]" * 20 + "}]}",
        422,
        "documents[0]",
        "deeper than 16",
    ),
    "more than 64 kB": (
        json.dumps({"pilot": "p", "documents": [{"name": "a", "contact_number": "1", "x": "y" * 70_000}]}),
        422,
        "documents[0]",
        "at most 65,536",
    ),
    "a pilot of 510 bytes": (
        json.dumps({"pilot": "ü" * 255, "documents": [json.loads(PERSON)]}),
        422,
        "pilot",
        "510 bytes",
    ),
    "a context with a NUL": (
        f'{{"pilot":"p","documents":[{PERSON}],"context":{{"a":"\\u0000"}}}}',
        422,
        "context",
        "NUL",
    ),
    "another schedule": (
        f'{{"pilot":"p","documents":[{PERSON}],"schedule":{{"type":"later"}}}}',
        422,
        "schedule.type",
        "only now",
    ),
    "a field more": (
        f'{{"pilot":"p","documents":[{PERSON}],"when":1}}',
        422,
        "when",
        "is not a field here (it takes: pilot, documents, context, schedule)",
    ),
    "a number too large": (
        f'{{"pilot":"p","documents":[{PERSON}],"context":{{"a":1e400}}}}',
        422,
        "body",
        "too large",
    ),
    "an array": ("[]", 422, "body", "must be an object"),
    "half a surrogate pair": (
        f'{{"pilot":"\\ud800","documents":[{PERSON}]}}',
        400,
        "",
        "half a surrogate pair",
    ),
    "a key twice": (f'{{"pilot":"p","pilot":"q","documents":[{PERSON}]}}', 400, "", "'pilot' twice"),
    "NaN": (f'{{"pilot":NaN,"documents":[{PERSON}]}}', 400, "", "NaN and Infinity are no JSON numbers"),
    "cut off": ('{"pilot":"p"', 400, "", "in the middle of a value"),
    "nested deeply": ('{"pilot":' + "[" * 100_000, 400, "", "nested too deeply"),
}


@pytest.mark.parametrize(("body", "status", "field", "words"), RUNS.values(), ids=RUNS)
def test_tasks_are_created_all_or_none(door: Door, body: str, status: int, field: str, words: str):
    """One bad document and there is no run; the answer names which, and what is wrong with it."""
    before = door.counted()
    path = f"{BASE}spaces/{door.spring}/tasks/create/"
    said = refused(door.client.post(path, content=body.encode()), status, words)
    assert [each["field"] for each in said.get("errors", [])] == ([field] if field else [])
    assert door.counted() == before


# (the change; the status; the field at fault; words)
CHANGES: dict[str, tuple[str, int, str, str]] = {
    "unknown status": ('{"status":"done"}', 422, "status", "'done' is none of pending"),
    "status null": ('{"status":null}', 422, "status", "null is none of"),
    "unknown field": ('{"state":"failed"}', 422, "state", "no such field"),
    "attempt 0": ('{"attempt":0}', 422, "attempt", "from 1 to"),
    "attempt as text": ('{"attempt":"2"}', 422, "attempt", "'2' is no whole number"),
    "before 2000": ('{"occurred_at":"1999-12-31T00:00:00Z"}', 422, "occurred_at", "before 2000"),
    "far ahead": ('{"occurred_at":"2999-12-31T00:00:00Z"}', 422, "occurred_at", "too far ahead"),
    "of another task": ('{"task_id":"other"}', 422, "task_id", "not the task of the path"),
    "of a call": ('{"type":"call"}', 422, "type", "'call' is not task"),
    "a run of 10 kB": (json.dumps({"run_id": "x" * 10_240}), 422, "run_id", "10,240 bytes"),
    "output of 70 kB": (json.dumps({"output": {"a": "x" * 70_000}}), 422, "output", "at most 65,536"),
    "a NUL": ('{"assignee":"a\\u0000"}', 422, "assignee", "NUL"),
    "an array": ("[]", 422, "body", "must be an object"),
    "half a surrogate pair": ('{"assignee":"\\ud800"}', 400, "", "half a surrogate pair"),
    "a key twice": ('{"status":"failed","status":"completed"}', 400, "", "'status' twice"),
    "not UTF-8": ('{"assignee":"ü"}', 400, "", "not UTF-8"),
    "nothing": ("", 400, "", "empty"),
}


@pytest.mark.parametrize(("body", "status", "field", "words"), CHANGES.values(), ids=CHANGES)
def test_a_bad_update_leaves_a_task_as_it_is(door: Door, body: str, status: int, field: str, words: str):
    """Named, and nothing of it kept: the good fields beside it neither."""
    door.send(json.dumps(task("patient", occurred_at="2026-01-01T00:00:00Z")))
    path = f"{BASE}spaces/{door.spring}/tasks/patient/"
    before = door.client.get(path).json()["data"]
    sent = body.encode("latin-1" if words == "not UTF-8" else "utf-8")
    said = refused(door.client.patch(path, content=sent), status, words)
    assert [each["field"] for each in said.get("errors", [])] == ([field] if field else [])
    after = door.client.get(path).json()["data"]
    # How long it is stuck grows by itself.
    assert {**after, "stuck": after["stuck"]["since"]} == {**before, "stuck": before["stuck"]["since"]}


# (where; the body; the status; the field at fault; words)
ADMINISTRATION: dict[str, tuple[str, str, int, str, str]] = {
    "a space without a name": ("spaces/", "{}", 422, "name", "is missing"),
    "an empty name": ("spaces/", '{"name":""}', 422, "name", "must not be empty"),
    "a name of 10 kB": ("spaces/", json.dumps({"name": "x" * 10_240}), 422, "name", "at most 255 characters"),
    "a name with a NUL": ("spaces/", '{"name":"\\u0000"}', 422, "name", "NUL"),
    "an unknown content type": (
        "spaces/",
        '{"name":"a","content_type":"sms"}',
        422,
        "content_type",
        "one of contact, email, general, table",
    ),
    "no such zone": (
        "spaces/",
        '{"name":"a","settings":{"timezone":"Mars"}}',
        422,
        "settings.timezone",
        "time zone",
    ),
    "stuck after 0": (
        "spaces/",
        '{"name":"a","settings":{"stuck_running_after":0}}',
        422,
        "settings.stuck_running_after",
        "must be at least 1",
    ),
    "stuck after an age": (
        "spaces/",
        '{"name":"a","settings":{"stuck_pending_after":1e300}}',
        422,
        "settings.stuck_pending_after",
        "must be at most 31,536,000",
    ),
    "an unknown role": (
        "tokens/",
        '{"name":"a","role":"owner"}',
        422,
        "role",
        "one of viewer, member, admin",
    ),
    "no organization": (
        "tokens/",
        '{"name":"a","role":"viewer","organizations":[]}',
        422,
        "organizations",
        "must not be empty",
    ),
    "an expiry without offset": (
        "tokens/",
        '{"name":"a","role":"viewer","expires_at":"2026-12-31T18:00:00"}',
        422,
        "expires_at",
        "offset",
    ),
    "an expiry beyond all calendars": (
        "tokens/",
        '{"name":"a","role":"viewer","expires_at":"9999-12-31T23:59:59-23:59"}',
        422,
        "expires_at",
        "years 2 to 9998",
    ),
    "an organization of another": (
        "tokens/",
        '{"name":"a","role":"viewer","organizations":["other.example"]}',
        403,
        "",
        "Invalid organization handle.",
    ),
    "an organization that is none": (
        "tokens/",
        '{"name":"a","role":"viewer","organizations":["none"]}',
        404,
        "",
        "Organization not found.",
    ),
}


@pytest.mark.parametrize(
    ("path", "body", "status", "field", "words"), ADMINISTRATION.values(), ids=ADMINISTRATION
)
def test_bad_administration_makes_nothing(
    door: Door, path: str, body: str, status: int, field: str, words: str
):
    """The field, its rule, and no half-made thing in the list afterwards."""
    before = door.client.get(f"{BASE}{path}").json()["count"]
    said = refused(door.client.post(f"{BASE}{path}", content=body), status, words)
    assert [each["field"] for each in said.get("errors", [])] == ([field] if field else [])
    assert door.client.get(f"{BASE}{path}").json()["count"] == before
