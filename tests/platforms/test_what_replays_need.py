"""What is cut out of a quarantined delivery never changes what it says: what the hook itself reads is kept,
and a replay that would need something else is none.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.redaction import redacted
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.secret_values import CUT
from callboard.ingest.sources.platforms.taking import NEEDED, Taken, take, take_again
from callboard.store.hooks import Hook
from tests.platforms.manifests import RECEIVED
from tests.platforms.test_secret_names import SECRET, names

GENERIC = PLATFORMS["generic"]
AT = "2026-03-02T09:30:00Z"
KNOWN = {"call_status:done": "completed hangup"}


def hook_of(platform: str = "generic", **settings: Any) -> Hook:
    document = msgspec.json.encode(HookSettings(**settings)).decode()
    return Hook(id=1, org_id=1, space_id=1, platform=platform, prefix="", settings=document, created_at=1)


def taken_of(body: bytes, hook: Hook, **more: Any) -> Taken:
    delivery = Delivery(body=body, received_at=RECEIVED, **more)
    return take(PLATFORMS[hook.platform], delivery, hook, 1_000)


def put(into: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        into = into.setdefault(name, {})
    into[path[-1]] = value


paths = st.lists(names.filter(lambda name: "." not in name and name.strip()), min_size=1, max_size=3)


@given(
    id_path=paths,
    time_path=paths,
    around=st.sampled_from(["", "list", "each", "CloudEvent", "packed"]),
    number=st.integers(1, 10**9),
)
def test_what_a_template_reads_is_kept_by_whatever_name(id_path, time_path, around, number):
    """So a replay counts the call that it is, when its word is known; what lies beside is cut."""
    if id_path[: len(time_path)] == time_path or time_path[: len(id_path)] == id_path:
        time_path = ["at"]
    call_id, fields = f"id-{number}", {"state": "odd"}
    record: dict[str, Any] = {}
    put(record, id_path, call_id)
    put(record, time_path, AT)
    for path in (id_path, time_path):
        put(record, [*path[:-1], "password beside"], SECRET)
        if len(path) > 1:  # in what is secret as a whole
            put(record, [*path[:-1], "beside"], SECRET)
    record |= {**fields, "token": SECRET} if "token" not in record else fields
    template = {"call_id": ".".join(id_path), "occurred_at": ".".join(time_path), "call_status": "state"}
    body: Any = record
    if around == "list":
        body = [record, {**record, "state": "done"}]
        template |= KNOWN
    elif around == "each":
        body, template = {"data": {"secrets": [record]}}, {**template, "each": "data.secrets"}
    elif around == "CloudEvent":
        body = {"specversion": "1.0", "id": "e", "time": AT, "data": record}
    elif around == "packed":
        packed = base64.b64encode(json.dumps(record).encode()).decode()
        body = {"specversion": "1.0", "id": "e", "time": AT, "data_base64": packed}
    kept = taken_of(json.dumps(body).encode(), hook_of(template=template)).quarantined
    assert kept is not None
    packed = json.loads(kept.body).get("data_base64", "") if around == "packed" else ""
    assert SECRET.encode() not in kept.body + base64.b64decode(packed)
    told = hook_of(template={**template, "call_status:odd": "completed hangup"})
    again = take_again(GENERIC, kept, told, RECEIVED + 1, 1_000)
    assert again.quarantined is None
    assert [each.event.item_id for each in again.entries] == [call_id]
    assert again.entries[0].event == taken_of(json.dumps(body).encode(), told).entries[0].event


def test_a_replay_that_needs_what_was_cut_is_none_and_says_so():
    """As by a hook whose template reads it only now."""
    sent = json.dumps({"call_token": "tok-1", "state": "zip", "at": AT}).encode()
    kept = taken_of(sent, hook_of(template={"call_id": "id", "call_status": "state"})).quarantined
    assert kept is not None
    assert b"tok-1" not in kept.body
    template = {"call_id": "call_token", "call_status": "state", "call_status:zip": "completed"}
    again = take_again(GENERIC, kept, hook_of(template=template), RECEIVED + 1, 1_000)
    assert again.entries == []
    assert [each.message for each in again.at_fault] == [NEEDED]


@pytest.mark.parametrize("field", ["occurred_at", "call_status"])
def test_a_time_or_a_status_that_was_cut_is_told_as_that(field):
    kept = taken_of(
        b'{"id": "c-1", "state": "zip", "token": "x"}', hook_of(template={"call_id": "no.id"})
    ).quarantined
    assert kept is not None
    template = {"call_id": "id", "call_status": "=completed", field: "token"}
    again = take_again(GENERIC, kept, hook_of(template=template), RECEIVED + 1, 1_000)
    assert [each.message for each in again.at_fault] == [NEEDED]


def test_metadata_are_left_without_what_was_cut():
    """They tell no call from another one."""
    event = {
        "call_id": "c-1",
        "call_status": "zip",
        "metadata": {"api_key": SECRET, "note": "n", "of": [{"token": 1}]},
    }
    kept = taken_of(json.dumps(event).encode(), hook_of()).quarantined
    assert kept is not None
    mended = msgspec.structs.replace(kept, body=kept.body.replace(b'"zip"', b'"completed"'))
    [entry] = take_again(GENERIC, mended, hook_of(), RECEIVED + 1, 1_000).entries
    assert entry.event.metadata == {"note": "n", "of": [{}]}  # type: ignore[union-attr]


@given(
    data=st.data(),
    secret_names=st.lists(names, min_size=1, max_size=3, unique=True),
    separator=st.sampled_from([",", "\t", ";", "|"]),
)
def test_a_table_is_kept_without_the_cells_of_secret_columns(data, secret_names, separator):
    """Wherever they are, also of rows that have too few or too many cells; the others stay."""
    columns = data.draw(st.permutations(["uniqueid", "disposition", "src", *secret_names]))
    row = lambda call_id: [  # noqa: E731
        {"uniqueid": call_id, "disposition": "NEW", "src": "+12025550143"}.get(
            name, f'{SECRET}, "x"\n{SECRET}'
        )
        for name in columns
    ]
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator)
    writer.writerows([columns, row("1.1"), row("1.2")])
    if data.draw(st.booleans()):
        writer.writerow(["x", *row("1.3")] if data.draw(st.booleans()) else row("1.3")[1:])
    kept = redacted(Delivery(body=written.getvalue().encode(), received_at=RECEIVED), frozenset())
    assert SECRET.encode() not in kept.body
    assert redacted(kept, frozenset()) == kept
    rows = list(csv.reader(io.StringIO(kept.body.decode(), newline=""), delimiter=separator))
    for found, call_id in zip(rows[1:], ("1.1", "1.2"), strict=False):
        assert [cell for cell in found if cell != CUT] == [
            cell for cell in row(call_id) if SECRET not in cell
        ]


def test_a_table_without_secret_columns_stays_as_it_is_written():
    body = b'call_date\tstatus\r\n"2026-03-02 09:30:00"\tSALE\r\n'
    assert redacted(Delivery(body=body, received_at=RECEIVED), frozenset()).body == body
