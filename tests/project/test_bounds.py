"""Every bound is documented with its unit, and the page states the bound that the program has."""

from __future__ import annotations

import pytest

from callboard import settings
from callboard.cli import server
from callboard.clock import DAY, HOUR, moment
from callboard.fold import event_quota, groups
from callboard.http import (
    body_deadline,
    body_memory,
    endpoint,
    fair_threads,
    hook_refusals,
    import_items,
    json_slices,
    long_answers,
    readiness,
    stream,
)
from callboard.http.routes import hook_deliveries, task_creation, tasks
from callboard.http.routes import imports as routes_imports
from callboard.ingest import (
    compression,
    documents,
    instants,
    items,
    money,
    parse,
    shape,
    slices,
    wire,
)
from callboard.ingest.commit import checks, process, supervisor
from callboard.ingest.lost_ends import asking, pulling, taking_rows
from callboard.ingest.sources import (
    alike_calls,
    compared_rows,
    importer,
    length_sample,
    ownership,
    preview,
    running,
    targets,
)
from callboard.ingest.sources.files import delimited, json_array, lines, spool, sql_statements, sql_tables
from callboard.ingest.sources.guessing import dialect_fit, guess, sample, twins, whole
from callboard.ingest.sources.mapping import closed
from callboard.ingest.sources.platform_files import documents as platform_documents
from callboard.ingest.sources.platform_files import rows as platform_rows
from callboard.ingest.sources.platform_files import translator as platform_translator
from callboard.ingest.sources.platforms import administering, batches, generic_template, remapping, taking
from callboard.ingest.sources.platforms.reading import bodies, events, phones, values
from callboard.ingest.sources.platforms.reading import tables as platform_table
from callboard.ingest.sources.platforms.signatures import (
    ed25519,
    form_urls,
    forms,
    header_names,
    hmac_headers,
    jwt_headers,
    standard,
)
from callboard.ingest.sources.watching import following, places, watch
from callboard.ingest.uploads import assembly, claiming, job, reading
from callboard.ingest.uploads import queue as queue_of_uploads
from callboard.live import follow, message, subscription
from callboard.model import call
from callboard.model.directory import SpaceSettings
from callboard.model.field import TEXT_BYTES
from callboard.model.fields import field
from callboard.query import agents, parameter, parameters, secret_box, space_metrics, wall_clock
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
from callboard.store import budget, hooks, importing, occurrences, uploads
from callboard.store.postgres import bulkheads, intake, nodes, placements, refresh, watched
from callboard.store.postgres import connection as postgres_connection
from callboard.store.postgres import store as postgres_store
from callboard.store.postgres import upgrade as postgres_upgrade
from callboard.store.sql import (
    compaction,
    copying,
    findings,
    fold_check,
    ingestion,
    log_check,
    refold,
    table_walk,
    withdrawal,
)
from callboard.store.sql import directory as sql_directory
from callboard.store.sqlite import backup, connection, identity, integrity
from callboard.store.sqlite import store as sqlite_store
from tests.pages import DOCS, tables
from tests.project.caches import CACHES, MADE_ONCE_MIB, MADE_ONCE_ROW

DEFAULT = Settings()
MIB, KIB = 1024 * 1024, 1024
DAY_US = 86_400_000_000
PAGE = DOCS / "operate" / "bounds.md"
ROWS = {row.name: row for row in tables(PAGE)}

BOUNDS: dict[str, list[str]] = {
    "fields of a form": [f"{bodies.FIELDS_MAX:,}"],
    "values, and levels, of a JSON delivery": [
        f"{bodies.POSTED_VALUES_MAX:,} and {bodies.DEPTH_MAX}",
        f"{bodies.VALUES_MAX:,} of an answer",
    ],
    "records behind each other in one delivery": [f"{bodies.RECORDS_MAX:,}"],
    "texts and braces of a delivery of several JSON values": [f"{bodies.TOKENS_MAX:,}"],
    "fields that the template of a generic hook names": [f"{generic_template.FIELDS_MAX}"],
    "a length of time": [f"{values.SECONDS_MAX:,} s"],
    "age of a signature, and how far ahead of our clock": [
        f"{hmac_headers.RETELL_WINDOW_S} s (Retell",
        f"{hmac_headers.ELEVENLABS_WINDOW_S:,} s (ElevenLabs)",
        f"{jwt_headers.LIVEKIT_LIFE_S + jwt_headers.LIVEKIT_LEEWAY_S} s",
        f"{jwt_headers.LIVEKIT_LEEWAY_S} s ahead (LiveKit)",
    ],
    "body of which it is tried which other URL its signature fits": [f"{form_urls.LIKELY_BYTES // KIB} KiB"],
    "token in a header": [f"{jwt_headers.TOKEN_BYTES // KIB} KiB"],
    "metadata taken from one delivery": [
        f"{events.METADATA_BYTES // KIB} KiB",
        f"{events.VALUE_CHARACTERS:,} characters",
    ],
    "a word that is looked up, and the name of an agent": [
        f"{events.WORD_BYTES:,} and {events.AGENT_BYTES} bytes"
    ],
    "number of a party": [f"{phones.LONGEST} bytes"],
    "hooks of an organization that are not revoked": [f"{hooks.HOOKS_MAX}"],
    "secrets of a hook at once": [f"{hooks.SECRET_GENERATIONS_MAX}"],
    "id_prefix of a hook": [f"{administering.ID_PREFIX_BYTES} bytes"],
    "a secret of a hook, and its settings": [
        f"{administering.SECRET_CHARACTERS:,} characters",
        f"{administering.SETTINGS_BYTES_MAX // KIB} KiB",
    ],
    "name of a header of a hook, and the least that a secret of Standard Webhooks has": [
        f"{header_names.NAME_CHARACTERS} characters",
        f"{forms.LEAST_BYTES} bytes",
    ],
    "keys that secrets are opened with": [f"{secret_box.KEYS_MAX}"],
    "body that is checked and translated on the event loop": [
        f"{hook_deliveries.MAX_TAKEN_ON_LOOP // KIB} KiB"
    ],
    "quarantined deliveries of an organization": [
        f"{hooks.QUARANTINE_MAX:,}",
        f"{hooks.QUARANTINE_BYTES_MAX // MIB} MiB",
    ],
    "a quarantined body that is kept, of a batch its records at fault": [
        f"{hooks.QUARANTINED_BYTES_MAX // KIB} KiB"
    ],
    "what stands around the records of a batch, once for each": [
        f"{batches.FRAMES_BYTES_MAX // MIB} MiB, and {batches.DEPTH_MAX} levels"
    ],
    "records at fault of one delivery that are told one by one": [
        f"{taking.FAULTS_MAX}, and {taking.FAULTS_BYTES_MAX // KIB} KiB",
        f"{taking.MESSAGE_BYTES_MAX} bytes and a word {hooks.WORD_BYTES_MAX}",
    ],
    "a quarantined delivery": [f"{hooks.QUARANTINE_KEPT // DAY} days"],
    "unknown words of a hook that are counted one by one": [
        f"{hooks.WORDS_MAX}, of {hooks.WORD_BYTES_MAX} bytes"
    ],
    "calls that hook remap corrects in one commit": [f"{remapping.CALLS_PER_COMMIT}"],
    "words that hook remap tells one by one": [f"{remapping.WORDS_SHOWN:,}"],
    "refusals of one hook that are written and logged": [f"{hook_refusals.EVERY_S:.0f} s"],
    "an answer of a list API": [
        f"{asking.ANSWER_BYTES_MAX // MIB} MiB",
        f"{asking.READ_S:.0f} s",
        f"{asking.ANSWER_S:.0f} s",
    ],
    "tries of one question to a list API": [f"{asking.TRIES_MAX}", f"{asking.FIRST_WAIT_S:.0f} s"],
    "a wait that a list API asks for": [f"{asking.WAIT_MAX_S:.0f} s"],
    "pages of a list API for one stretch of time": [f"{pulling.PAGES_MAX:,}", f"{pulling.SEEN_MAX}"],
    "calls of a hook about which a run asks one by one": [f"{pulling.SINGLY_MAX}"],
    "open calls that are looked for before a hook was made": [f"{pulling.LOOK_BACK // DAY} days"],
    "events of one row of a list API": [f"{taking_rows.EVENTS_OF_ROW:,}"],
    "what is kept of a refusal": [
        f"{hooks.REFUSAL_BYTES_MAX // KIB} KiB",
        f"{hook_refusals.VALUE_CHARACTERS:,} characters",
    ],
    "a question while PostgreSQL does not answer": [
        f"{postgres_connection.GRACE_S:.0f} s more than a question",
    ],
    "connections that write to PostgreSQL, a process": [f"{intake.WRITERS}", f"{intake.LANES}"],
    "a COMMIT on a cluster": [
        f"{postgres_store.COMMIT_S:.0f} s less than `commit_timeout_ms`",
        f"at least {postgres_store.COMMIT_S:.0f} s",
    ],
    "a statement of a commit on PostgreSQL": [f"{postgres_connection.WRITE_STATEMENTS_MS // 1000} s"],
    "tries of a commit that PostgreSQL gave up for another's sake": [f"{postgres_store.TRIES}"],
    "connecting to PostgreSQL": [f"{postgres_connection.CONNECT_TIMEOUT_S} s"],
    "idle connections to PostgreSQL": [f"{postgres_connection.IDLE_S:.0f} s"],
    "organizations that a worker's shared query of PostgreSQL asks about": [f"{watched.MAX_WATCHED:,}"],
    "seconds after which an organization that nobody reads is asked about no longer": [
        f"{watched.IDLE_S:.0f} to {2 * watched.IDLE_S:.0f} s"
    ],
    "a node of a cluster that does not answer": [
        f"{bulkheads.SICK_AFTER_S:.0f} s",
        f"after {bulkheads.SLOWER} times what its coordinator takes",
        f"at most {nodes.GIVE_UP_MS // 1000} s",
        f"{refresh.NODE_S:.0f} s",
        f"{bulkheads.ALL_NODES_S:.0f} s",
    ],
    "organizations of a cluster whose node a process knows": [f"{placements.MAX_PLACED:,}"],
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
    "spaces that changed at once, read again one by one": [f"{sql_directory.MAX_CHANGED_SPACES:,}"],
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
    "ends said of one group": [f"{event_quota.ENDS_PER_GROUP}"],
    "group ids of one call": [f"{wire.GROUPS_MAX}"],
    "calls of one group": [f"{groups.GROUP_ROWS}"],
    "cost": [f"0 to {money.AMOUNT_MAX:,}"],
    "an external id that a call is found by": [f"{TEXT_BYTES} bytes"],
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
    "deltas of an organization that wait to be merged into cells": [f"{compaction.WAITING_MAX:,}"],
    "events that share a commit": [f"{DEFAULT.commit_events:,}"],
    "results that a worker has not read, kept for it": [f"{2 * DEFAULT.commit_events:,}"],
    "bytes that a writer leaves unread": [f"{process.UNSENT_BYTES // MIB} MiB"],
    "wait for another process's lock": [f"{DEFAULT.lock_timeout_ms:,} ms"],
    "the -wal file": [f"{connection.WAL_PAGES:,} pages", f"{connection.WAL_LIMIT_BYTES // MIB} MiB"],
    "the -wal file while a backup runs": [f"{backup.LEAST_WAL_BYTES // (1024 * MIB)} GiB"],
    "room on the disk of the store, and where it is written, while a backup runs": [
        f"{backup.LEAST_FREE_BYTES // MIB} MiB"
    ],
    "pages that a backup copies between two looks at these": [f"{backup.STEP_PAGES:,}"],
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
    "time of a question that an import or its undo asks": [f"{settings.IMPORT_QUERY_MS // 1000} s"],
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
    "saved mappings of an organization": [f"{importing.MAPPINGS_MAX}"],
    "the name of a saved mapping": [f"{importing.MAPPING_NAME_BYTES} bytes"],
    "columns of a file that is guessed": [f"{guess.MAX_COLUMNS:,}"],
    "what a saved mapping holds": [f"{importing.MAPPING_BYTES >> 10} KiB"],
    "options of an upload": [
        f"{import_items.OPTION_TEXTS_MAX:,} texts",
        f"{import_items.ANSWERS_MAX} answers",
        f"{import_items.ANSWER_CHARACTERS:,} characters",
    ],
    "a file that is uploaded": [f"{uploads.UPLOAD_BYTES_MAX >> 30} GiB"],
    "a part of it": [f"{uploads.PART_BYTES >> 20} MiB"],
    "uploads of an organization that are not finished": [f"{uploads.OPEN_UPLOADS_MAX}"],
    "finished uploads of an organization that are kept": [f"{uploads.FINISHED_UPLOADS_MAX}"],
    "body that says how an upload is read": [
        f"{routes_imports.MAX_OPTIONS_BYTES >> 20} MiB",
        f"{routes_imports.OPTION_BOUNDS.values:,} values",
        f"{routes_imports.OPTION_BOUNDS.keys:,} keys",
    ],
    "a packed upload, unpacked": [f"{assembly.DECODED_BYTES_MAX >> 30} GiB"],
    "processes that read or import uploads, a worker": ["1", f"{queue_of_uploads.JOBS_MAX:,}"],
    "processes that begin one piece of that work": [f"{claiming.RUNS_MAX}"],
    "rows in one commit of an upload's import": [f"{job.COMMIT_ROWS}"],
    "the pause between two of them": [f"{job.PAUSE_MAX_S * 1000:.0f} ms"],
    "between two notes of how far an upload is": [f"{claiming.REPORT_EVERY_S * 1000:.0f} ms"],
    "between two looks for uploads that are over, a worker": [f"{queue_of_uploads.SWEEP_EVERY_S // 3600} h"],
    "shown of an upload that is read": [
        f"{reading.SHOWN_ROWS} rows",
        f"{reading.SHOWN_COLUMNS} columns",
        f"{reading.SHOWN_DOUBTS} doubts",
        f"{reading.SHOWN_CHARACTERS} characters",
        f"{reading.SHOWN_MESSAGE:,} of a message",
    ],
    "an upload that nobody uses": [f"{uploads.UPLOAD_KEPT // HOUR} h"],
    "an object of a file of a platform": [f"{platform_documents.MAX_DOCUMENT_CHARACTERS:,} characters"],
    "lines of one row of a table of a platform": [f"{platform_table.MAX_LINES_OF_ROW}"],
    "earlier rows of a table of a platform that are remembered": [
        f"{platform_rows.REMEMBERED_MAX:,} channels",
        f"{platform_rows.REMEMBERED_ROWS_MAX}",
    ],
    "reasons why records of a file are no calls, told one by one": [
        f"{platform_translator.IGNORED_KINDS_MAX}"
    ],
    "files of a watch of which it is kept how far they are read": [f"{places.PLACES_MAX}"],
    "rows in one commit of a watch": [f"{following.ROWS_MAX:,}"],
    "a row of a file that is followed": [f"{following.READ_BYTES >> 20} MiB"],
    "between two looks at a file that is followed": [f"{watch.POLL_S} s"],
    "a renamed file that grows no more": [f"{watch.LINGER_S:.0f} s"],
    "runs of one import at once": ["1"],
    "between two signs of life of a running import": [f"{ownership.HEARTBEAT_S:.0f} s"],
    "comparing a file with earlier imports, because another one began meanwhile": [f"{running.LOOKS} times"],
    "an import of another machine without a sign of life": [f"{ownership.OWNER_TIMEOUT_S:.0f} s"],
    "a line of a file": [f"{lines.MAX_LINE_CHARACTERS:,}"],
    "a row or a statement of an SQL dump": [f"{sql_statements.MAX_PIECE_CHARACTERS:,}"],
    "tables of an SQL dump of which one is chosen": [f"{sql_tables.MAX_LISTED_TABLES}"],
    "tables of an SQL dump whose columns are remembered": [f"{sql_statements.MAX_TABLES:,}"],
    "an object of a JSON file": [f"{json_array.MAX_OBJECT_CHARACTERS:,}"],
    "words of an import that are in no list, told one by one": [
        f"{closed.MAX_UNKNOWN_WORDS:,}",
        f"{closed.MAX_WORD_CHARACTERS} characters",
    ],
    "rows of an import whose ids of --id-from are counted in memory": [
        f"{occurrences.MAX_IN_MEMORY:,}",
        f"{len(occurrences.Occurrences().empty_filter()) // MIB} MiB",
    ],
    "standard input that is read more than once (--guess, mappings, after other imports)": [
        f"{spool.MAX_SPOOLED_BYTES >> 30} GiB"
    ],
    "readings of a file by one guess": [f"{guess.ROUNDS}"],
    "rows that a guess looks at closely": [
        f"{sample.SAMPLE_ROWS:,}",
        f"{whole.MAX_SPREAD:,}",
        f"{whole.MAX_COUNTEREXAMPLES:,}",
    ],
    "rows that an import compares with known calls": [
        f"{compared_rows.COMPARED_ROWS:,} of the first {compared_rows.END_ROWS:,}",
        f"{compared_rows.COMPARED_ROWS:,} of the last {compared_rows.END_ROWS:,}",
        f"{compared_rows.COMPARED_ROWS:,} of all between",
    ],
    "calls of its moment that each of these is compared with, for other ids and other spaces": [
        f"{alike_calls.CALLS_OF_A_MOMENT}"
    ],
    "rows before each that a guess compares it with, for one call in several rows": [
        f"{twins.COMPARED_ROWS:,}"
    ],
    "rows by which a file is compared with how its saved mapping reads": [f"{dialect_fit.COMPARED_ROWS:,}"],
    "talk times that a preview keeps for the usual one": [f"{length_sample.MAX_LENGTHS:,}"],
    "agents that a preview counts by name": [f"{preview.MAX_AGENTS:,}"],
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


def test_the_windows_of_signatures_that_are_told_as_one_are_one() -> None:
    """The row of the page names them together."""
    windows = {
        hmac_headers.RETELL_WINDOW_S,
        hmac_headers.OPTIONS_WINDOW_S,
        ed25519.WINDOW_S,
        jwt_headers.VONAGE_WINDOW_S,
        standard.WINDOW_S,
    }
    assert len(windows) == 1
