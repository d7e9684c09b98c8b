"""Every bound is told with its unit, and the page tells the bound that the program has."""

from __future__ import annotations

import pytest

from callboard.cli import server
from callboard.fold import batch
from callboard.http import limits, stream, threads
from callboard.http.routes import task_creation
from callboard.ingest import compression, documents, instants, parse, wire
from callboard.ingest.sources import delimited, importer, targets
from callboard.live import follow, message, subscription
from callboard.model import call
from callboard.model.directory import SpaceSettings
from callboard.query import agents, analytics, directory, parameter, parameters, space_metrics
from callboard.query.export import parquet, walk
from callboard.query.reports import attention, durations, period, series, spaces, tabulate, trust, views
from callboard.settings import Settings
from callboard.store.postgres import connection as postgres_connection
from callboard.store.postgres import looks as postgres_looks
from callboard.store.postgres import store as postgres_store
from callboard.store.sql import ingestion, verify, withdrawal
from callboard.store.sqlite import connection
from tests.pages import DOCS, tables

DEFAULT = Settings()
MIB, KIB = 1024 * 1024, 1024
DAY_US = 86_400_000_000
PAGE = DOCS / "operate" / "bounds.md"
ROWS = {row.name: row for row in tables(PAGE)}

BOUNDS: dict[str, list[str]] = {
    "connections that write to PostgreSQL, a process": [f"{postgres_store.WRITERS}"],
    "a statement of a commit on PostgreSQL": [f"{postgres_connection.WRITE_STATEMENTS_MS // 1000} s"],
    "tries of a commit that PostgreSQL gave up for another's sake": [f"{postgres_store.TRIES}"],
    "connecting to PostgreSQL": [f"{postgres_connection.CONNECT_TIMEOUT_S} s"],
    "idle connections to PostgreSQL": [f"{postgres_connection.IDLE_S:.0f} s"],
    "organizations that a worker's shared query of PostgreSQL asks about": [f"{postgres_looks.WATCHED:,}"],
    "body as sent": [f"{DEFAULT.max_body_bytes // MIB} MiB"],
    "body decoded": [f"{DEFAULT.max_decoded_bytes // MIB} MiB"],
    "events in one body": [f"{DEFAULT.max_events:,}"],
    "values in one body": [f"{parse.VALUES_MAX:,}"],
    "parts of a compressed body": [f"{compression._PARTS_MAX:,}"],
    "window of a zstd body": [f"{compression._ZSTD_WINDOW_BYTES // MIB} MiB"],
    "parameters of a query": [f"{parameter.MOST_PARAMETERS}"],
    "one parameter": [f"{parameter.MOST_TEXT} characters"],
    "buckets of a report": [f"{period.MOST_BUCKETS:,}"],
    "groups of a report": [f"{series.MOST_GROUPS:,}"],
    "values of a report: buckets x groups x metrics": [f"{series.MOST_NUMBERS:,}"],
    "dimensions to group by": [f"{series.MOST_GROUPED_BY}"],
    "calls that a report reads one by one, where no counter holds what is asked": [f"{tabulate.MOST_ROWS:,}"],
    "numbers of series held, a worker": [f"{views.MOST_NUMBERS:,}", f"{views.MOST_VIEWS:,}"],
    "of these, one question's": [f"{views.MOST_OF_ONE:,}"],
    "bars of a histogram": [f"{durations.MOST_BINS}"],
    "calls looked up for the very least and greatest duration": [f"{durations.EXTREME_ROWS:,}"],
    "items that need attention": [f"{attention.MOST_ITEMS:,}"],
    "ids of one item": [f"{attention.MOST_IDS}"],
    "events whose lag is told": [f"{trust.MOST_LAG_EVENTS:,}"],
    "life of a call without a word of its end": [f"{SpaceSettings().live_call_limit:,} s"],
    "look back for calls that are under way": [f"{call.LOOK_BACK // DAY_US} days"],
    "spaces side by side on a page": [f"{spaces.MOST_SPACES:,}"],
    "items on a page": [f"{parameters.MOST_PAGE_SIZE:,}"],
    "failed tokens or handles of one caller": [f"{DEFAULT.failed_auth_per_minute} a minute"],
    "callers with failures that are remembered": [f"{limits.CALLERS:,}"],
    "organizations, spaces or agents in an answer without page and page_size": [
        f"{parameters.MOST_PAGE_SIZE:,}"
    ],
    "tasks from whose rows agents are counted": [f"{agents.MOST_TASKS:,}"],
    "pairs of agent and space on a page of agents": [f"{agents.MOST_PAIRS:,}"],
    "documents in one creation of tasks": [f"{DEFAULT.max_events:,}"],
    "context of created tasks": [f"{task_creation.MOST_CONTEXT_BYTES:,} bytes"],
    "Idempotency-Key": ["255 characters", f"{ingestion.IDEMPOTENCY_KEPT // DAY_US} days"],
    "an id": [f"{wire.ID_BYTES} bytes"],
    "a text": [f"{wire.TEXT_BYTES} bytes"],
    "a phone number": [f"{wire.NUMBER_BYTES} bytes"],
    "failure_reason, source_end_reason": [f"{wire.REASON_BYTES:,} bytes"],
    "metadata, external_ids": [f"{documents.FACTS_BYTES // KIB} KiB"],
    "input, output": [f"{documents.PAYLOAD_BYTES // KIB} KiB"],
    "nesting of these": [f"{documents.DEPTH_MAX} levels"],
    "a time": [f"{instants.AHEAD_MAX // 3_600_000_000} h ahead"],
    "call_duration": [f"{instants.DURATION_MS_MAX // 1000:,} s"],
    "attempt": [f"{wire.ATTEMPT_MAX:,}"],
    "distinct events of one call or task": [f"{batch.EVENTS_PER_ITEM:,}"],
    "events waiting to be written, a worker": [
        f"{DEFAULT.queue_events:,}",
        f"{DEFAULT.queue_bytes // MIB} MiB",
    ],
    "events that share a commit": [f"{DEFAULT.commit_events:,}"],
    "wait for another process's lock": [f"{DEFAULT.lock_timeout_ms:,} ms"],
    "the -wal file": [f"{connection.WAL_PAGES:,} pages", f"{connection.WAL_LIMIT_BYTES // MIB} MiB"],
    "files and connections open, a process": [f"{server.MOST_OPEN_FILES:,}"],
    "time to finish when stopping": [f"{server.DRAIN_LIMIT_S} s"],
    "time of a list query": [f"{DEFAULT.query_timeout_ms:,} ms"],
    "threads that answer lists, a worker": [f"{DEFAULT.readers}"],
    "lists that wait, for each of them": [f"{threads.WAITING_PER_THREAD}"],
    "streams open at once, a worker": [f"{DEFAULT.stream_subscribers:,}"],
    "a stream": [f"{DEFAULT.stream_seconds:,} s"],
    "messages of a stream": [f"{round(1 / subscription.APART_S)} a second"],
    "silence of a stream": [f"{subscription.HEARTBEAT_S:.0f} s", f"{subscription.SHORTEST_HEARTBEAT_S} s"],
    "looking for what changed": [f"{follow.LOOK_EVERY_S * 1000:.0f} ms", f"{follow.MOST_OF_THE_TIME:.0%}"],
    "last words of a stream": [f"{subscription.GRACE_S} s"],
    "reconnecting": [f"{message.RETRY_MS:,} ms"],
    "spaces with metrics of their own": [f"{space_metrics.MOST_SPACES:,}"],
    "exports under way, a worker": [f"{DEFAULT.exports}"],
    "read at once by an export": [f"{walk.MOST_ROWS:,} rows", f"{walk.PIECE_BYTES // MIB} MiB"],
    "a row group of Parquet": [f"{parquet.GROUP_ROWS:,} rows", f"{parquet.GROUP_BYTES // MIB} MiB"],
    "a slice of time that an export reads, where reading is slow": [
        f"{walk.SHORTEST_SLICE // 60_000_000} min"
    ],
    "a reader that takes nothing of a stream or an export": [f"{stream.STALLED_S:.0f} s"],
    "spaces whose totals are held, a worker": [f"{analytics.MOST_SPACES:,}"],
    "tokens, handles, space tokens remembered": [f"{directory.REMEMBERED:,}"],
    "connections waiting to be accepted, a worker": [f"{server.BACKLOG:,}"],
    "rows in one commit of an import": [f"{importer.CHUNK_ROWS:,}"],
    "new spaces of one import": [f"{targets.MAX_NEW_SPACES:,}"],
    "a line of a file": [f"{delimited.MAX_LINE_CHARACTERS:,}"],
    "lines of one quoted row": [f"{delimited.MAX_LINES_OF_A_ROW:,}"],
    "waiting for a busy store": [f"{importer.PATIENCE_S} s"],
    "events withdrawn in one commit of an undo": [f"{withdrawal.EVENTS_PER_COMMIT:,}"],
    "differences shown by verify": [f"{verify.MOST_TOLD:,}"],
}
SAID_ELSEWHERE = {
    # Derived from a bound above.
    "of these, one organization's share",
    "of exports, one organization's share",
    "of streams, one organization's share",
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
