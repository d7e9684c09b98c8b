"""What the program remembers between requests: each cache, by how many entries and bytes it is bounded.

`CACHES` is compared with the source (`test_caches.py`) and with `docs/operate/bounds.md` (`test_bounds.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from callboard.fold import grain
from callboard.http import limits, short_path
from callboard.http.short_path import Grant
from callboard.model.directory import Member, Organization, Space, Token
from callboard.model.totals import TOTALS_FIELDS, Totals
from callboard.query import analytics, civil, directory, wall_clock
from callboard.query.analytics import ScopeTotals
from callboard.query.directory import Principal
from callboard.query.reports import links, period, tiles, views
from callboard.store.hooks import Hook, SealedSecrets
from callboard.store.postgres import statements

MIB = 1024 * 1024
NODE_BYTES = 260
"""What `lru_cache` and a dict keep for an entry beside its key and value: a node, a tuple and a place in a
table."""
BIG = 2**50
TEXT = "é" * 120
"""About as long as a text may be."""


class Cache(NamedTuple):
    """One cache."""

    row: str
    """In `docs/operate/bounds.md`."""
    entries: int
    mib: int
    sample: Any
    """Key and value of an entry as large as they get in earnest."""

    @property
    def told(self) -> list[str]:
        return [f"{self.entries:,}", f"{self.mib} MiB"]


def deep_size(of: Any, seen: set[int] | None = None) -> int:
    """Bytes of a value with all that it holds, once each."""
    seen = set() if seen is None else seen
    if id(of) in seen or of is None or isinstance(of, bool | type):
        return 0
    seen.add(id(of))
    size = sys.getsizeof(of)
    if isinstance(of, ZoneInfo):
        return 7_000  # transitions, in C: 236 of three times eight bytes at most
    if isinstance(of, Mapping):
        return size + sum(deep_size(key, seen) + deep_size(value, seen) for key, value in of.items())
    if isinstance(of, list | tuple | set | frozenset):
        return size + sum(deep_size(each, seen) for each in of)
    names = getattr(type(of), "__struct_fields__", getattr(type(of), "__slots__", ()))
    return size + sum(deep_size(getattr(of, name, None), seen) for name in names)


def _scope_totals() -> ScopeTotals:
    of_scope = ScopeTotals(Totals(**{name: BIG + at for at, name in enumerate(TOTALS_FIELDS)}))
    short_path.render(of_scope)
    return of_scope


_NOW = 1_767_225_600_000_000
_SPACE = Space(
    id=BIG,
    org_id=BIG,
    token="t" * 64,
    name="Autumn campaign, second round",
    slug="autumn-campaign-second-round",
    created_at=_NOW,
    description=TEXT,
    agent_handle="renewals",
)
_ORGANIZATION = Organization(
    id=BIG, name=TEXT, domain_handle="campaigns.acme.example", token="o" * 22, created_at=_NOW, domain=TEXT
)
_TOKEN = Token(
    id=BIG,
    prefix="cb_0123456",
    name=TEXT,
    created_at=_NOW,
    members=tuple(Member(BIG, "admin") for _ in range(5)),
)
_HOOK = Hook(
    id=BIG,
    org_id=BIG,
    space_id=BIG,
    platform="elevenlabs",
    prefix="cbh_0123456",
    settings="s" * 4_096,
    created_at=_NOW,
    secrets=tuple(SealedSecrets(no, b"%d" % no + b"s" * 3_000, _NOW) for no in range(5)),
)
_SQL = "x" * 7_000
CACHES: dict[str, Cache] = {
    "query/civil.py: read_zone": Cache(
        "zones that were read", civil.ZONES, 8, ("Asia/Kolkata", ZoneInfo("Asia/Kolkata"))
    ),
    "query/reports/period.py: _edges_of_block": Cache(
        "blocks of time of which the begins of hours, days, weeks or months are kept",
        period.CACHED_BLOCKS,
        8,
        (BIG, period._edges_of_block(5_000, "hour", "Asia/Kolkata")),
    ),
    "query/reports/period.py: next_hour": Cache(
        "hours of which the next is kept", period.CACHED_HOURS, 8, (BIG, BIG + 1)
    ),
    "query/reports/period.py: exact_iso": Cache(
        "instants that were written in UTC", period.CACHED_TEXTS, 8, (BIG, period.exact_iso(_NOW + 1))
    ),
    "query/reports/period.py: local_iso": Cache(
        "instants that were written by a zone's clock",
        period.CACHED_TEXTS,
        8,
        (BIG, period.local_iso(_NOW + 1, ZoneInfo("Asia/Kolkata"))),
    ),
    "query/reports/links.py: _quoted_cached": Cache(
        "short words that were written for a link", links.CACHED_QUOTES, 16, ("日" * 64, "%E6%97%A5" * 64)
    ),
    "query/reports/tiles.py: tiles_of": Cache(
        "ranges that were tiled",
        tiles.CACHED_TILES,
        48,
        (
            BIG,
            BIG + 1,
            tiles.tiles_of(
                _NOW + 7 * 900_000_000 + 1, _NOW + 86_400_000_000 * 30 + 5 * 900_000_000, "Asia/Kathmandu"
            ),
        ),
    ),
    "query/wall_clock.py: _change": Cache(
        "changes of clocks that were looked up", wall_clock.CACHED_CHANGES, 4, (BIG, BIG + 1)
    ),
    "fold/grain.py: buckets_of": Cache(
        "quarters that were placed in hours and days",
        grain.CACHED_BUCKETS,
        24,
        (BIG, {**grain.buckets_of(2_000_000, "UTC")}),
    ),
    "fold/grain.py: _constant_offset": Cache(
        "days whose offset from UTC is kept", grain.CACHED_OFFSETS, 8, (BIG, BIG + 1)
    ),
    "store/postgres/statements.py: translated": Cache(
        "statements that were written for the driver",
        statements.TRANSLATED,
        8,
        (_SQL, statements.Statement(_SQL + "y", ())),
    ),
    "query/directory.py: DirectorySnapshot._principals": Cache(
        "secrets of tokens remembered",
        directory.MAX_CACHED,
        16,
        (b"d" * 32, Principal(_TOKEN, _NOW, {member.org_id: member.role for member in _TOKEN.members})),
    ),
    "query/directory.py: DirectorySnapshot._handles": Cache(
        "handles remembered", directory.MAX_CACHED, 12, ("h" * 60, _ORGANIZATION)
    ),
    "query/directory.py: DirectorySnapshot._tokens": Cache(
        "space tokens remembered", directory.MAX_CACHED, 16, ("t" * 64, _SPACE)
    ),
    "query/directory.py: DirectorySnapshot._hooks": Cache(
        "hooks remembered", directory.MAX_CACHED_HOOKS, 24, (b"d" * 32, (_HOOK, _NOW))
    ),
    "query/directory.py: DirectorySnapshot._spaces": Cache(
        "spaces in the lists of organizations remembered", directory.MAX_CACHED_SPACES, 72, (BIG, _SPACE)
    ),
    "query/directory.py: Directory._touched": Cache(
        "tokens whose last use is remembered", directory.MAX_CACHED, 4, (BIG, BIG + 1)
    ),
    "http/limits.py: FailureLimit._failures": Cache(
        "callers with failures that are remembered",
        limits.CALLERS,
        8,
        (("2001:db8:1:2:3:4:5:6", BIG), (_NOW, BIG)),
    ),
    "http/short_path.py: ShortPath._grants": Cache(
        "pairs of token and handle of the short path",
        short_path.GRANTS,
        16,
        (b"a" * 300, b"h" * (short_path.MAX_KEY_BYTES - 300), Grant(BIG, BIG + 1, _NOW)),
    ),
    "http/short_path.py: ShortPath._scopes": Cache(
        "queries of the short path", short_path.SCOPES, 24, (b"q" * short_path.MAX_KEY_BYTES, (BIG, BIG + 1))
    ),
    "query/analytics.py: Analytics._known": Cache(
        "spaces whose totals are held, a worker", analytics.MAX_SPACES, 256, (BIG, _scope_totals())
    ),
    "query/reports/views.py: Views._views": Cache(
        "numbers of series held, a worker", views.MAX_NUMBERS, 48, None
    ),
}
MADE_ONCE = {
    "query/civil.py: zone_names": "the names of zones, without an argument",
    "query/civil.py: _zones": "the same as a set",
    "http/metering.py: layout": "without an argument",
    "http/board_files.py: board_files": "the board's files, for the path prefix of the process",
    "http/body_faults.py: _alone": "a type for each field of our own types",
    "http/descriptions.py: _document": "for the path prefix of the process",
    "http/descriptions.py: _docs": "for the path prefix of the process",
    "store/sql/compaction.py: _merge_deltas": "for the engine of the process",
    "store/sql/compaction.py: _delete_zero_cells": "for the engine of the process",
    "store/sqlite/statements.py: statement": "the files of a folder",
    "store/sqlite/statements.py: migrations": "the files of a folder",
    "store/postgres/statements.py: statement": "the files of a folder",
    "store/postgres/statements.py: migrations": "the files of a folder",
}
"""Their arguments are of a closed set: all together one row of the page."""
MADE_ONCE_ROW = "texts, statements and files of the program that are made once"
MADE_ONCE_MIB = 16
NO_CACHES = {
    "store/sql/activities.py: Activities._of_threads": "threads with a commit under way",
    "store/postgres/nodes.py: NodeQuestions._asked": "one question for each node of the cluster",
    "fold/call.py: CallFold._facts": "one call's facts, while it is folded",
    "fold/call.py: CallFold._stamps": "one call's facts, while it is folded",
    "fold/groups.py: Linked._parent": "the groups of one commit",
    "fold/groups.py: Linked._rows": "the groups of one commit",
    "store/sql/grouping.py: _Settling._owns": "the groups of one commit",
    "store/sql/grouping.py: _Settling._others": "the groups of one commit",
    "fold/call.py: CallFold._ends": "one call's ends, while it is folded",
    "fold/call.py: CallFold._mappings": "one call's mappings, while it is folded",
    "http/router.py: _Node.literals": "the routes, made at the start",
    "http/router.py: _Node.endpoints": "the routes, made at the start",
    "http/metering.py: Gauges._noted": "names of our own counters",
    "http/hook_refusals.py: HookRefusals._waiting": "hooks that refused within the last second",
    "http/refusal_log.py: RefusalLog._kinds": "codes of our own errors",
    "http/body_memory.py: BodyMemory._of_sender": "senders with a body, removed with its last byte",
    "http/fair_threads.py: FairThreadPool._running": "calls that run, bounded by the threads",
    "http/fair_threads.py: FairThreadPool._queues": "what waits, bounded by the room for it",
    "store/sql/turns.py: Turns._waiting": "organizations with deltas to merge, removed then",
    "store/sql/replacing.py: Replacing._outweighed": "calls of one commit of an import",
    "telemetry/meter.py: Layout._places": "names of our own counters",
    "query/analytics.py: OrganizationTotals.spaces": "counted by Analytics._known",
    "query/slots.py: StreamSlots._of_organization": "slots that are taken",
    "query/reports/views.py: View._groups": "counted by Views._views",
    "query/reports/views.py: View._sums": "counted by Views._views",
    "query/reports/plan.py: Plan._owners": "lives as long as a question",
    "query/reports/duration_sums.py: DurationSums.buckets": "lives as long as a question",
    "live/follow.py: Streams._subscriptions": "streams that are open, bounded by stream_subscribers",
    "live/follow.py: Streams._followed": "what open streams follow",
    "live/follow.py: Streams._seen": "organizations of open streams",
    "live/follow.py: Streams.ended": "our own reasons",
    "store/occurrences.py: Occurrences._latest": "MAX_IN_MEMORY keys of one import",
    "store/sql/verify.py: Verifier._broken": "tables found damaged, while they are verified",
    "store/postgres/watched.py: WatchedOrganization.spaces": "spaces of MAX_WATCHED organizations",
    "store/postgres/watched.py: Watched._organizations": "MAX_WATCHED organizations",
    "store/postgres/refresh.py: SharedRefresh._nodes": "the nodes of the cluster",
    "store/postgres/refresh.py: SharedRefresh._by_node": "MAX_WATCHED organizations",
    "store/postgres/refresh.py: SharedRefresh._node_of": "MAX_WATCHED organizations",
    "store/postgres/intake.py: Committers._of_node": "the nodes of the cluster",
    "store/postgres/placements.py: Placements._nodes": "the shards of a table of the cluster",
    "store/postgres/placements.py: Placements._shard_of": "MAX_PLACED organizations",
}
"""What grows in an object's attribute without being a cache, and what bounds it."""
