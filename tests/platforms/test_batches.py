"""Of a batch with records at fault, these are kept whole, however large it is, and are read again alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import Taken, batch_of_rejected, take, take_again
from callboard.store.hooks import QUARANTINED_BYTES_MAX, Hook
from callboard.store.interface import Receipt, Rejection
from tests.platforms.manifests import RECEIVED

BAD, GOOD = "31/31/2026 99:00", "2026-03-02T09:30:00Z"
LONG = "v" * 3_000


def contact(call_id: str, at: str) -> Any:
    return {
        "ContactId": call_id, "Channel": "VOICE", "InitiationMethod": "INBOUND", "DisconnectTimestamp": at,
        "DisconnectReason": "CUSTOMER_DISCONNECT", "Attributes": {"note": LONG},
    }  # fmt: skip


def event(call_id: str, at: str) -> Any:
    return {"call_id": call_id, "call_status": "completed", "occurred_at": at, "metadata": {"note": LONG}}


def named(call_id: str, at: str) -> Any:
    return {"ref": {"id": call_id}, "state": "done", "at": at, "note": LONG}


def live(call_id: str, at: str) -> Any:
    return {"event": "call.ended", "time": at, "call_id": call_id, "from": "+12025550101", "note": LONG}


def cdr(call_id: str, at: str) -> Any:
    return {"uniqueid": call_id, "disposition": "ANSWERED", "start": at, "end": at, "userfield": LONG}


def leg(call_id: str, at: str) -> Any:
    said = {"uuid": call_id, "hangup_cause": "NORMAL_CLEARING", "end_epoch": at, "start_epoch": at}
    return {"variables": {**said, "note": LONG}}


def firehose(records: Sequence[Any]) -> bytes:
    packed = [{"data": base64.b64encode(json.dumps(each).encode()).decode()} for each in records]
    return json.dumps({"requestId": "r-1", "timestamp": 1, "records": packed}).encode()


def listed(records: Sequence[Any]) -> bytes:
    return json.dumps(records, indent=1).encode()


def lines(records: Sequence[Any]) -> bytes:
    return b"\n".join(map(msgspec.json.encode, records))


def under(*names: str) -> Callable[[Sequence[Any]], bytes]:
    def wrapped(records: Sequence[Any]) -> bytes:
        value: Any = list(records)
        for name in reversed(names):
            value = {"sent": "x", name: value}
        return json.dumps(value).encode()

    return wrapped


def table(records: Sequence[Any]) -> bytes:
    rows = [",".join(f'"{cell}"' for cell in each.values()) for each in records]
    return "\r\n".join([",".join(cdr("", "")), *rows]).encode()


TEMPLATE = {"call_id": "ref.id", "call_status": "state", "occurred_at": "at"}
BATCHES: dict[
    str, tuple[str, Callable[[str, str], Any], Callable[[Sequence[Any]], bytes], dict[str, str]]
] = {
    "Firehose": ("amazon_connect", contact, firehose, {}),
    "a list of Kamailio": ("kamailio", live, listed, {}),
    "lines of Kamailio": ("kamailio", live, lines, {}),
    "a list of Asterisk": ("asterisk", cdr, listed, {}),
    "a table of Asterisk": ("asterisk", cdr, table, {}),
    "a list of FreeSWITCH": ("freeswitch", leg, listed, {}),
    "a list of events": ("generic", event, listed, {}),
    "lines of events": ("generic", event, lines, {}),
    "events under their name": ("generic", event, under("events"), {}),
    "a list that a template reads": ("generic", named, listed, TEMPLATE),
    "a list deep inside": ("generic", named, under("data", "calls"), {**TEMPLATE, "each": "data.calls"}),
}


def hook_of(platform: str, template: dict[str, str]) -> Hook:
    settings = msgspec.json.encode(HookSettings(template=template or None)).decode()
    return Hook(id=1, org_id=1, space_id=1, platform=platform, prefix="", settings=settings, created_at=1)


def taken_of(name: str, bad: set[int], count: int) -> tuple[Hook, Taken]:
    platform, record, written, template = BATCHES[name]
    hook = hook_of(platform, template)
    good = GOOD if platform != "freeswitch" else "1772443800"
    body = written([record(f"c-{place:03}", BAD if place in bad else good) for place in range(count)])
    return hook, take(PLATFORMS[platform], Delivery(body=body, received_at=RECEIVED), hook, 10_000)


def ids(body: bytes) -> set[int]:
    """The records of a body, told by their ids."""
    if b'"records"' in body:
        body = b"".join(base64.b64decode(each["data"]) for each in json.loads(body)["records"])
    return {place for place in range(200) if b"c-%03d" % place in body}


@pytest.mark.parametrize("name", BATCHES)
@given(data=st.data())
def test_the_records_at_fault_are_kept_and_no_others(name, data):
    """Wherever they are; the batch is longer than what is kept of a delivery, or not."""
    count = data.draw(st.sampled_from([2, 5, 120]))
    bad = data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=min(count - 1, 4)))
    hook, taken = taken_of(name, bad, count)
    assert len(taken.entries) == count - len(bad)
    kept = taken.quarantined
    assert kept is not None
    assert json.loads(kept.faults)["count"] == len(bad)
    assert not kept.is_cut
    assert ids(kept.body) == bad
    again = take_again(PLATFORMS[hook.platform], kept, hook, RECEIVED + 1, 10_000)
    assert again.entries == []
    assert [each.reason for each in again.at_fault] == ["bad_time"] * len(bad)
    assert again.quarantined is not None
    assert again.quarantined.quarantine_id == kept.quarantine_id


@pytest.mark.parametrize("name", BATCHES)
def test_records_whose_events_are_rejected_are_kept_too(name):
    """With those that could not be read, in one delivery of the same id."""
    hook, taken = taken_of(name, {3}, 120)
    message = "The call has too many events."
    rejection = Rejection(taken.places[70], "too_many_events", message)
    receipt = Receipt(batch_no=1, received=119, applied=118, rejections=[rejection])
    batch = batch_of_rejected(PLATFORMS[hook.platform], hook, taken, receipt)
    assert batch is not None
    assert batch.delivery is not None
    assert taken.quarantined is not None
    kept = batch.delivery.quarantined
    assert kept is not None
    assert (kept.quarantine_id, kept.times) == (taken.quarantined.quarantine_id, 0)
    assert ids(kept.body) == {3, 71}


def test_a_batch_of_which_nothing_can_be_read_is_kept_as_it_came():
    """As far as it fits."""
    _, taken = taken_of("a list of events", set(range(120)), 120)
    assert taken.quarantined is not None
    assert taken.quarantined.is_cut
    assert taken.quarantined.kept_bytes == QUARANTINED_BYTES_MAX


def test_a_delivery_of_one_record_is_kept_whole():
    """Lists inside it are no records."""
    hook = hook_of("vapi", {})
    messages = [{"role": "user", "time": place} for place in range(5)]
    said = {"type": "status-update", "status": "flying", "call": {"id": "v-1", "list": messages}}
    body = json.dumps({"message": said}).encode()
    taken = take(PLATFORMS["vapi"], Delivery(body=body, received_at=RECEIVED), hook, 10_000)
    assert taken.quarantined is not None
    assert json.loads(taken.quarantined.body) == {"message": said}
