"""Whatever texts a delivery holds: it is counted or in quarantine on every store, and what is kept of it is
bounded.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import (
    FAULTS_BYTES_MAX,
    batch_of,
    batch_of_rejected,
    take,
    take_again,
)
from callboard.model.directory import Space
from callboard.store.hooks import WORD_BYTES_MAX, Hook
from callboard.store.interface import Receipt, Store
from tests.contract.test_hooks import make
from tests.platforms.manifests import RECEIVED
from tests.platforms.test_any_delivery import SAMPLES, is_json, places
from tests.stores import STORES, make_organization, make_space, make_store

ODD_TEXTS = st.one_of(
    st.sampled_from(
        ["\0", "\ud800", "\udfff z", "x" * (300 << 10), "".join(map(chr, range(32))), "\x7f\x9f"]
    ),
    st.builds(lambda text, odd: text + odd, st.text(max_size=8), st.sampled_from(["\0", "\ud83d", "\x1b"])),
)
MAX_EVENTS = 10_000
QUARANTINE_TEXTS = FAULTS_BYTES_MAX + 1_000


def committed(store: Store, batch: Any) -> Receipt:
    [receipt] = store.ingest([batch])
    assert isinstance(receipt, Receipt), receipt
    return receipt


def taken_by(store: Store, hook: Hook, delivery: Delivery) -> None:
    """What the route does with a delivery that is proved; and what a replay does with what is kept of it."""
    platform = PLATFORMS[hook.platform]
    taken = take(platform, delivery, hook, MAX_EVENTS)
    receipt = committed(store, batch_of(hook, taken, delivery.received_at))
    rejected = batch_of_rejected(platform, hook, taken, receipt)
    if rejected is not None:
        committed(store, rejected)
    apart = taken.quarantined or (None if rejected is None else rejected.delivery.quarantined)  # type: ignore[union-attr]
    assert taken.entries or taken.ignored or apart, "a delivery that says nothing is told"
    if apart is None:
        return
    kept = store.find_quarantined(hook.org_id, apart.quarantine_id)
    assert kept is not None, "it is kept"
    assert kept.room - kept.kept_bytes < QUARANTINE_TEXTS + len(delivery.query)
    for fault in json.loads(kept.faults)["records"]:
        assert len((fault["word"] or "").encode()) <= WORD_BYTES_MAX
    again = take_again(platform, kept, hook, RECEIVED + 1, MAX_EVENTS)
    committed(store, batch_of(hook, again, kept.received_at, replays=kept.quarantine_id))


def with_texts(delivery: Delivery, say: Callable[[str], str]) -> Delivery:
    """The delivery with each text of it as `say` has it."""
    if b"\n" in delivery.body.strip() and not is_json(delivery.body):
        cells = re.split(r"([\t,;:|\r\n])", delivery.body.decode())
        body = "".join(say(cell) if place % 2 == 0 and cell else cell for place, cell in enumerate(cells))
        return structs.replace(delivery, body=body.encode("utf-8", "surrogatepass"))
    if not is_json(delivery.body):
        bent = lambda text: urlencode(  # noqa: E731
            [(name, say(value)) for name, value in parse_qsl(text, keep_blank_values=True)], errors="replace"
        )
        return structs.replace(
            delivery, body=bent(delivery.body.decode()).encode(), query=bent(delivery.query)
        )
    value = copy.deepcopy(json.loads(delivery.body))
    for container, key in places(value):
        if isinstance(container[key], str):
            container[key] = say(container[key])
    return structs.replace(delivery, body=json.dumps(value).encode())


def texts_of(delivery: Delivery) -> list[str]:
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    with_texts(delivery, note)
    return found


@pytest.fixture(scope="module", params=STORES)
def standing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, Space]]:
    """One store for all platforms."""
    made = make_store(request.param, tmp_path_factory.mktemp("hostile"))
    yield made, make_space(made, make_organization(made))
    made.close()


@pytest.mark.parametrize("platform", SAMPLES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_delivery_of_any_texts_is_counted_or_kept(
    standing: tuple[Store, Space], platform: str, data: st.DataObject
) -> None:
    store, space = standing
    hooks = store.hooks(space.org_id)
    own = [each for each in hooks if each.platform == platform]
    hook = own[0] if own else make(store, space, len(hooks) + 1, platform=platform)
    delivery = structs.replace(data.draw(st.sampled_from(SAMPLES[platform])).delivery, received_at=RECEIVED)
    count = len(texts_of(delivery))
    odd = data.draw(st.sets(st.integers(0, max(count - 1, 0)), max_size=4))
    number = iter(range(count))
    taken_by(
        store, hook, with_texts(delivery, lambda text: data.draw(ODD_TEXTS) if next(number) in odd else text)
    )


def words_of(odd: str) -> Iterator[tuple[str, Any]]:
    """Deliveries whose word, of each kind that is looked up, is in no table."""
    call = {"id": "v-1", "createdAt": "2026-03-02T09:30:00Z"}
    said = {"type": "status-update", "timestamp": 1772443800000}
    yield "vapi", {"message": {**said, "status": odd, "call": call}}
    yield "vapi", {"message": {**said, "status": "ended", "endedReason": odd, "call": call}}
    yield "vapi", {"message": {**said, "status": "ended", "call": {**call, "type": odd}}}
    yield "kamailio", {"event": odd, "callid": "k-1"}
    yield (
        "telnyx",
        {"data": {"event_type": "call.hangup", "occurred_at": odd, "payload": {"call_leg_id": "t"}}},
    )
    yield "unpod", {"id": 1, "call_status": odd}
    yield "generic", {"call_id": "g-1", "call_status": odd}
    yield "generic", {"call_id": "g-1", "type": odd, "call_status": "completed"}


@pytest.mark.parametrize("odd", ["fl\0y", "\0", "fly" * (1 << 20), "'" * (1 << 20), "fl\x1by"])
def test_a_word_that_no_table_has_is_kept_however_it_is_written(store: Store, space: Space, odd: str) -> None:
    """Also by a store whose texts hold no NUL; and the list of what is kept stays small."""
    for number, (platform, said) in enumerate(words_of(odd), 1):
        hook = make(store, space, number, platform=platform)
        taken_by(store, hook, Delivery(body=json.dumps(said).encode(), received_at=RECEIVED))
    listed = store.quarantine(space.org_id)
    assert len(listed) >= 4
    assert len(msgspec.json.encode(listed)) < 20_000


def test_the_reasons_of_many_records_have_a_bound(store: Store, space: Space) -> None:
    """And beyond it, they are counted."""
    hook = make(store, space, platform="generic")
    events = [{"call_id": f"g-{number}", "call_status": "é" * 400} for number in range(300)]
    taken_by(store, hook, Delivery(body=json.dumps(events).encode(), received_at=RECEIVED))
    [kept] = store.quarantine(space.org_id)
    faults = json.loads(kept.faults)
    assert faults["count"] == 300
    assert 1 < len(faults["records"]) < 100
    assert len(kept.faults.encode()) <= QUARANTINE_TEXTS
