"""Every bound is documented with its unit, and the page states the bound that the program has."""

from __future__ import annotations

import pytest

from callboard.cli import server
from callboard.clock import moment
from callboard.fold import event_quota
from callboard.http import (
    body_deadline,
    body_memory,
    endpoint,
    fair_threads,
    json_slices,
    long_answers,
    readiness,
    stream,
)
from callboard.http.routes import task_creation, tasks
from callboard.ingest import (
    compression,
    documents,
    instants,
    items,
    parse,
    shape,
    slices,
    wire,
)
from callboard.ingest.commit import checks, process, supervisor
from callboard.ingest.sources import delimited, importer, ownership, targets
from callboard.live import follow, message, subscription
from callboard.model import call
from callboard.model.directory import SpaceSettings
from callboard.model.field import TEXT_BYTES
from callboard.model.fields import field
from callboard.query import agents, parameter, parameters, space_metrics, wall_clock
from callboard.query.export import list_reader, parquet
from callboard.query.reports import (
    attention,
    duration_sums,
    durations,
    period,
    plan,
    series,
    spaces,
    tabulate,
    trust,
    views,
)
from callboard.settings import Settings
from callboard.store import budget
from callboard.store.postgres import connection as postgres_connection
from callboard.store.postgres import refresh as postgres_refresh
from callboard.store.postgres import store as postgres_store
from callboard.store.postgres import upgrade as postgres_upgrade
from callboard.store.sql import (
    copying,
    findings,
    fold_check,
    ingestion,
    log_check,
    refold,
    table_walk,
    withdrawal,
)
from callboard.store.sqlite import connection, identity, integrity
from callboard.store.sqlite import store as sqlite_store
from tests.pages import DOCS, tables
from tests.project.caches import CACHES, MADE_ONCE_MIB, MADE_ONCE_ROW

DEFAULT = Settings()
MIB, KIB = 1024 * 1024, 1024
DAY_US = 86_400_000_000
PAGE = DOCS / "operate" / "bounds.md"
ROWS = {row.name: row for row in tables(PAGE)}

BOUNDS: dict[str, list[str]] = {
    "a question while PostgreSQL does not answer": [
        f"{postgres_connection.GRACE_S:.0f} s more than a question",
    ],
    "connections that write to PostgreSQL, a process": [f"{postgres_store.WRITERS}"],
    "a statement of a commit on PostgreSQL": [f"{postgres_connection.WRITE_STATEMENTS_MS // 1000} s"],
    "tries of a commit that PostgreSQL gave up for another's sake": [f"{postgres_store.TRIES}"],
    "connecting to PostgreSQL": [f"{postgres_connection.CONNECT_TIMEOUT_S} s"],
    "idle connections to PostgreSQL": [f"{postgres_connection.IDLE_S:.0f} s"],
    "organizations that a worker's shared query of PostgreSQL asks about": [
        f"{postgres_refresh.MAX_WATCHED:,}"
    ],
    "body of a session, a token or a space": [f"{endpoint.SMALL_BYTES // KIB} KiB"],
    "body that says how one task went": [f"{tasks.ONE_TASK_BYTES // MIB} MiB"],
    "body of events or new tasks as sent": [f"{DEFAULT.max_body_bytes // MIB} MiB"],
    "time for a whole body": [
        f"{body_deadline.BODY_S:.0f} s, and 1 s more for each {body_deadline.BYTES_A_SECOND // KIB} KiB",
        f"{body_deadline.BODY_S:.0f} s when the server stops",
    ],
    "bytes of bodies held at once, a worker": [
        f"{DEFAULT.body_room_bytes // MIB} MiB",
        f"each value at least {body_memory.VALUE_BYTES} bytes",
    ],
    "values, and keys, in the body of a session, a token or a space": [
        f"{endpoint.SMALL_BOUNDS.values:,} each"
    ],
    "values and keys in the body that says how one task went": [
        f"{tasks.TASK_BODY_BOUNDS.values:,} and {tasks.TASK_BODY_BOUNDS.keys:,}"
    ],
    "keys of one object": [f"{shape.KEYS_OF_ONE_MAX:,}"],
    "keys of one event, or of the object around events": [f"{items.KEYS_OF_EVENT_MAX:,}"],
    "levels of any body": [f"{shape.DEPTH_MAX}"],
    "decoded at once of a large body": [
        f"{slices.SLICE_BYTES // KIB} KiB of events",
        f"{json_slices.SLICE_BYTES // KIB} KiB of new tasks",
    ],
    "one event": [f"{items.EVENT_BYTES // MIB} MiB of JSON", f"{items.EVENT_VALUES:,} values"],
    "body decoded": [f"{DEFAULT.max_decoded_bytes // MIB} MiB"],
    "events in one body": [f"{DEFAULT.max_events:,}"],
    "values in one body": [f"{parse.VALUES_MAX:,}"],
    "parts of a compressed body": [f"{compression._PARTS_MAX:,}"],
    "window of a zstd body": [f"{compression._ZSTD_WINDOW_BYTES // MIB} MiB"],
    "parameters of a query": [f"{parameter.MAX_PARAMETERS}"],
    "one parameter": [f"{parameter.MAX_TEXT_BYTES} characters"],
    "a period": [f"{moment(period.EARLIEST).year} to {moment(wall_clock.LATEST).year}"],
    "buckets of a report": [f"{period.MAX_BUCKETS:,}"],
    "groups of a report": [f"{series.MAX_GROUPS:,}"],
    "values of a report: buckets x groups x metrics": [f"{series.MAX_NUMBERS:,}"],
    "dimensions to group by": [f"{series.MAX_GROUP_DIMENSIONS}"],
    "calls that a report reads one by one, where no counter holds what is asked": [f"{tabulate.MAX_ROWS:,}"],
    "of these, one question's": [f"{views.MAX_NUMBERS_PER_VIEW:,}"],
    **{cache.row: cache.told for cache in CACHES.values()},
    MADE_ONCE_ROW: [f"{MADE_ONCE_MIB} MiB"],
    "spaces' home zones x buckets of a report": [f"{plan.MAX_TILED_BUCKETS:,}"],
    "rows of counters or groups that one question takes from the store": [f"{budget.MAX_ROWS:,}"],
    "an answer of a report, or a page of calls or tasks": [f"{long_answers.MAX_ANSWER_BYTES // MIB} MiB"],
    "bars of a histogram": [f"{durations.MAX_BINS}"],
    "calls looked up for the very least and greatest duration": [
        f"{durations.EXTREME_ROWS:,}",
        f"{duration_sums.MAX_LOOKUPS} groups",
    ],
    "items that need attention": [f"{attention.MAX_ITEMS:,}"],
    "spaces of which it is looked up how long tasks usually run": [
        f"{attention.MAX_EXAMINED}",
        f"{attention.MAX_FINISHED:,}",
    ],
    "ids of one item": [f"{attention.MAX_IDS}"],
    "events whose lag is told": [f"{trust.MAX_LAG_EVENTS:,}"],
    "life of a call without a word of its end": [f"{SpaceSettings().live_call_limit:,} s"],
    "look back for calls that are under way": [f"{call.MAX_CALL_SPAN // DAY_US} days"],
    "spaces side by side on a page": [f"{spaces.MAX_SPACES:,}"],
    "items on a page": [f"{parameters.MAX_PAGE_SIZE:,}"],
    "failed tokens or handles of one caller": [f"{DEFAULT.failed_auth_per_minute} a minute"],
    "organizations, spaces or agents in an answer without page and page_size": [
        f"{parameters.MAX_PAGE_SIZE:,}"
    ],
    "tasks from whose rows agents are counted": [f"{agents.MAX_TASKS:,}"],
    "pairs of agent and space on a page of agents": [f"{agents.MAX_PAIRS:,}"],
    "documents in one creation of tasks": [f"{DEFAULT.max_events:,}"],
    "context of created tasks": [f"{task_creation.MAX_CONTEXT_BYTES:,} bytes"],
    "Idempotency-Key": ["255 characters", f"{ingestion.IDEMPOTENCY_KEPT // DAY_US} days"],
    "an id": [f"{wire.ID_BYTES} bytes"],
    "a text": [f"{TEXT_BYTES} bytes"],
    "a phone number": [f"{wire.NUMBER_BYTES} bytes"],
    "failure_reason, source_end_reason": [f"{wire.REASON_BYTES:,} bytes"],
    "metadata, external_ids": [f"{field('call', 'metadata').maximum // KIB} KiB"],
    "input, output": [f"{field('task', 'input').maximum // KIB} KiB"],
    "nesting of these": [f"{documents.DEPTH_MAX} levels"],
    "a time": [f"{instants.AHEAD_MAX // 3_600_000_000} h ahead"],
    "call_duration": [f"{instants.DURATION_MS_MAX // 1000:,} s"],
    "a duration derived from start and end": [f"{call.MAX_CALL_SPAN // 1_000_000:,} s"],
    "a time to answer, creation to start": [f"{call.MAX_CALL_SPAN // 1_000_000:,} s"],
    "attempt": [f"{wire.ATTEMPT_MAX:,}"],
    "distinct events of one call or task": [f"{event_quota.EVENTS_PER_ITEM:,}"],
    "of its events, beside these": [
        f"{event_quota.EXTRA_END_EVENTS} that end it",
        f"{event_quota.EXTRA_RETRY_EVENTS} of a task's later attempts",
        f"{event_quota.EXTRA_VOID_EVENTS} with `void`",
    ],
    "events waiting to be written, a worker": [
        f"{DEFAULT.queue_events:,}",
        f"{DEFAULT.queue_bytes // MIB} MiB",
    ],
    "events that share a commit": [f"{DEFAULT.commit_events:,}"],
    "bytes that a writer leaves unread": [f"{process.UNSENT_BYTES // MIB} MiB"],
    "wait for another process's lock": [f"{DEFAULT.lock_timeout_ms:,} ms"],
    "the -wal file": [f"{connection.WAL_PAGES:,} pages", f"{connection.WAL_LIMIT_BYTES // MIB} MiB"],
    "files and connections open, a process": [f"{server.MAX_OPEN_FILES:,}"],
    "a commit": [
        f"{DEFAULT.commit_timeout_ms:,} ms",
        f"{1000 // supervisor.EVENTS_PER_S} ms for each event",
    ],
    "start of another writer": [f"{supervisor.START_TIMEOUT_S} s"],
    "looks whether the file is still the same": [f"{identity.CHECK_EVERY_S} s"],
    "room on the disk of a file": [f"{sqlite_store.MIN_FREE_BYTES // MIB} MiB"],
    "an answer of /readyz": [f"{readiness.CHECK_LIMIT_S} s", f"{checks.STUCK_AFTER_S} s"],
    "an answer of PostgreSQL to a reader": [f"{postgres_store.ON_LOOP_S:.0f} s where the event loop"],
    "an answer of PostgreSQL to what is no query (a connection being set up)": [
        f"{postgres_connection.HOUSEKEEPING_S:.0f} s"
    ],
    "time to finish when stopping": [f"{server.STOP_LIMIT_S} s", f"{server.DRAIN_LIMIT_S} of them"],
    "time of a question: a list, a report, an item": [f"{DEFAULT.query_timeout_ms:,} ms"],
    "time of an export": [f"{DEFAULT.query_timeout_ms:,} ms"],
    "threads that answer questions, a worker": [f"{DEFAULT.readers}"],
    "questions that wait, for each thread": [f"{fair_threads.WAITING_PER_THREAD}"],
    "streams open at once, a worker": [f"{DEFAULT.stream_subscribers:,}"],
    "a stream": [f"{DEFAULT.stream_seconds:,} s"],
    "messages of a stream": [f"{round(1 / subscription.MIN_INTERVAL_S)} a second"],
    "silence of a stream": [f"{subscription.HEARTBEAT_S:.0f} s", f"{subscription.MIN_HEARTBEAT_S} s"],
    "looking for what changed": [f"{follow.REFRESH_EVERY_S * 1000:.0f} ms", f"{follow.MAX_LOOP_SHARE:.0%}"],
    "last words of a stream": [f"{subscription.END_GRACE_S} s"],
    "reconnecting": [f"{message.RETRY_MS:,} ms"],
    "spaces with metrics of their own": [f"{space_metrics.MAX_SPACES:,}"],
    "exports under way, a worker": [f"{DEFAULT.exports}"],
    "read at once by an export": [f"{list_reader.MAX_ROWS:,} rows", f"{list_reader.PIECE_BYTES // MIB} MiB"],
    "a row group of Parquet": [f"{parquet.GROUP_ROWS:,} rows", f"{parquet.GROUP_BYTES // MIB} MiB"],
    "a slice of time that an export reads, where reading is slow": [
        f"{list_reader.SHORTEST_SLICE // 60_000_000} min"
    ],
    "a reader that takes nothing of a stream or an export": [f"{stream.STALLED_S:.0f} s"],
    "connections waiting to be accepted, a worker": [f"{server.BACKLOG:,}"],
    "rows in one commit of an import": [f"{importer.CHUNK_ROWS:,}"],
    "new spaces of one import": [f"{targets.MAX_NEW_SPACES:,}"],
    "runs of one import at once": ["1"],
    "between two signs of life of a running import": [f"{ownership.HEARTBEAT_S:.0f} s"],
    "an import of another machine without a sign of life": [f"{ownership.OWNER_TIMEOUT_S:.0f} s"],
    "a line of a file": [f"{delimited.MAX_LINE_CHARACTERS:,}"],
    "lines of one quoted row": [f"{delimited.MAX_LINES_OF_A_ROW:,}"],
    "waiting for a busy store": [f"{ownership.RETRY_FOR_S} s"],
    "events withdrawn in one commit of an undo": [f"{withdrawal.EVENTS_PER_COMMIT:,}"],
    "events folded anew in one commit of an upgrade": [
        f"{refold.EVENTS_PER_COMMIT:,}",
        f"{refold.BYTES_PER_COMMIT // MIB} MiB",
    ],
    "waiting for other connections before an upgrade": [
        f"{DEFAULT.lock_timeout_ms:,} ms",
        f"{postgres_upgrade.RETRY_FOR_S:.0f} s",
    ],
    "differences shown by verify": [f"{findings.MAX_LISTED:,}"],
    "rows of a snapshot of a deep verification": [f"{table_walk.CHUNK_ROWS:,}", f"{fold_check.PAGE:,}"],
    "damaged events that verify remembers one by one": [f"{log_check.MAX_FAILING:,}"],
    "faults of structure told of one table": [f"{integrity.MOST}"],
    "a database that ends a connection while it is verified": [f"{table_walk.ANSWER_TIMEOUT_S} s"],
    "rows of a commit of a copy of a store": [f"{copying.CHUNK_ROWS:,}"],
}
SAID_ELSEWHERE = {
    # Derived from a bound above.
    "of these, one organization's share",
    "of these, one organization's share of threads",
    "of these, one organization's share of waiting",
    "of these, one organization's share (without a token: one address's)",
    "of exports, one organization's share",
    "of streams, one organization's share",
    # How it is done: tests/contract/test_home_zone.py.
    "a new home zone of an organization",
}


@pytest.mark.parametrize("name", BOUNDS)
def test_the_page_tells_the_bound_that_the_program_has(name):
    """Each number of the table is the constant or setting that bounds it."""
    row = ROWS.get(name)
    assert row is not None, f"docs/operate/bounds.md: no row for {name!r}"
    told = " ".join(row.cells[1:])
    assert not [number for number in BOUNDS[name] if number not in told], (
        f"{name}: {BOUNDS[name]}, not {told}"
    )


def test_every_bound_of_the_page_is_compared():
    """A row that is added is compared with the program too."""
    assert ROWS.keys() == BOUNDS.keys() | SAID_ELSEWHERE


def test_the_waits_of_readyz_are_within_what_is_promised_together() -> None:
    """2 s: its own, and one of the event loop's that comes before it."""
    assert readiness.CHECK_LIMIT_S + postgres_store.ON_LOOP_S <= 2
