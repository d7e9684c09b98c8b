"""Deliveries that could not be read or mapped, and the counts of hooks, in the commit of what could."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec import structs

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.store.hooks import (
    IGNORED,
    OTHER_WORDS,
    WORDS_MAX,
    HookDelivery,
    QuarantinedDelivery,
    QuarantineRoom,
    QuarantineSize,
    Tally,
    overflowing,
)
from callboard.store.sql.database import Database

_COLUMNS = (
    "quarantine_id",
    "hook_id",
    "received_at",
    "reason",
    "faults",
    "method",
    "query",
    "headers",
    "size",
    "kept_bytes",
    "last_at",
    "times",
    "body",
)
"""As the queries select them."""


class DeliveryOf(NamedTuple):
    """A delivery of a commit."""

    org_id: int
    at: Micros
    """When it was received."""
    delivery: HookDelivery
    rejected: int
    """How many of its events were rejected."""


def record_deliveries(db: Database, deliveries: Iterable[DeliveryOf]) -> None:
    """Count the deliveries of one commit, and put into quarantine what is to be. The caller holds the locks
    of the organizations.
    """
    counts: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    tallies: Counter[tuple[int, int, Tally]] = Counter()
    latest: dict[tuple[int, int], Micros] = {}
    seen: dict[tuple[int, int], Micros] = {}
    for org_id, at, delivery, rejected in deliveries:
        key = (org_id, delivery.hook_id)
        seen[key] = max(at, seen.get(key, at))
        came = delivery.replays is None and not delivery.pulled
        if came and not delivery.follows:
            counts[key]["accepted"] += 1
            latest[key] = max(at, latest.get(key, at))
        elif delivery.replays is not None and delivery.quarantined is None and not rejected:
            db.change("quarantine.drop", {"org_id": org_id, "quarantine_id": delivery.replays})
        if delivery.unknown_words:
            _add_words(db, *key, delivery.unknown_words, at)
        if delivery.is_ignored and came:
            tallies[*key, IGNORED] += 1
        if delivery.quarantined is not None and _keep(db, org_id, delivery):
            counts[key]["quarantined"] += 1
            tallies[*key, ("quarantined", delivery.quarantined.reason, "")] += 1
            for each in _make_room(db, org_id, at):
                counts[org_id, each.hook_id]["dropped"] += 1
    # In one order, so that two commits never wait for each other.
    for (org_id, hook_id), of_hook in sorted(counts.items()):
        _count(db, org_id, hook_id, of_hook, latest.get((org_id, hook_id)))
    for (org_id, hook_id, tally), times in sorted(tallies.items()):
        _add(db, org_id, hook_id, tally, times, seen[org_id, hook_id])


def quarantine(db: Database, org_id: int, hook_id: int | None) -> list[QuarantinedDelivery]:
    """See `Store.quarantine`."""
    where = {"org_id": org_id, "hook_id": hook_id or 0, "every": int(hook_id is None)}
    return [_delivery((*row, b"")) for row in db.rows("quarantine.list", where)]


def sizes(db: Database, org_id: int) -> dict[int, QuarantineSize]:
    """See `Store.quarantine_sizes`."""
    return {row[0]: QuarantineSize(*row[1:]) for row in db.rows("quarantine.size", {"org_id": org_id})}


def find_quarantined(db: Database, org_id: int, quarantine_id: str) -> QuarantinedDelivery | None:
    """See `Store.find_quarantined`."""
    row = db.row("quarantine.find", {"org_id": org_id, "quarantine_id": quarantine_id})
    return None if row is None else _delivery(row)


def drop_quarantined(db: Database, org_id: int, quarantine_id: str) -> None:
    """See `Store.drop_quarantined`."""
    if find_quarantined(db, org_id, quarantine_id) is None:
        raise NotFoundError("Quarantined delivery not found.")
    db.change("quarantine.drop", {"org_id": org_id, "quarantine_id": quarantine_id})


def purge(db: Database, org_id: int, now: Micros) -> int:
    """See `Store.purge_quarantine`."""
    dropped = Counter(each.hook_id for each in _make_room(db, org_id, now))
    for hook_id, count in sorted(dropped.items()):
        _count(db, org_id, hook_id, Counter(dropped=count), None)
    return dropped.total()


def _keep(db: Database, org_id: int, delivery: HookDelivery) -> bool:
    """Keep a delivery, or the news of one that is there already. Whether it was not there before."""
    kept = delivery.quarantined
    assert kept is not None
    values = {"org_id": org_id, **structs.asdict(kept)}
    if find_quarantined(db, org_id, kept.quarantine_id) is None:
        db.change("quarantine.insert", {**values, "times": max(kept.times, 1)})
        return True
    names = ("org_id", "quarantine_id", "reason", "faults", "last_at", "size", "kept_bytes", "body")
    more = kept.times if delivery.replays is None else 0
    db.change("quarantine.again", {**{name: values[name] for name in names}, "more": more})
    return False


def _make_room(db: Database, org_id: int, now: Micros) -> list[QuarantineRoom]:
    kept = [QuarantineRoom(*row) for row in db.rows("quarantine.room", {"org_id": org_id})]
    dropped = overflowing(kept, now)
    for each in dropped:
        db.change("quarantine.drop", {"org_id": org_id, "quarantine_id": each.quarantine_id})
    return dropped


def _count(db: Database, org_id: int, hook_id: int, counted: Counter[str], at: Micros | None) -> None:
    values = {name: counted[name] for name in ("accepted", "quarantined", "dropped")}
    if any(values.values()):
        when = at if values["accepted"] else None
        db.change("hook_count.add", {"org_id": org_id, "hook_id": hook_id, "at": when, **values})


def _add_words(
    db: Database, org_id: int, hook_id: int, words: Iterable[tuple[str, str, int]], at: Micros
) -> None:
    for field, word, times in words:
        _add(db, org_id, hook_id, ("unknown_word", field, word), times, at)
    key, others = {"org_id": org_id, "hook_id": hook_id}, 0
    for field, word, times in db.rows("hook_tally.words", key)[WORDS_MAX:]:
        db.change("hook_tally.forget", {**key, "reason": field, "word": word})
        others += times
    if others:
        _add(db, org_id, hook_id, OTHER_WORDS, others, at)


def _add(db: Database, org_id: int, hook_id: int, tally: Tally, times: int, at: Micros) -> None:
    key = {"org_id": org_id, "hook_id": hook_id, "at": at, "times": times}
    db.change("hook_tally.add", {**key, **dict(zip(("outcome", "reason", "word"), tally, strict=True))})


def _delivery(row: tuple[Any, ...]) -> QuarantinedDelivery:
    values = dict(zip(_COLUMNS, row, strict=True))
    return QuarantinedDelivery(**{**values, "body": bytes(values["body"])})
