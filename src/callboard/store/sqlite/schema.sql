-- The whole schema as all migrations leave it. For reading only: stores are created by the migrations, and a test
-- (tests/unit/test_schemas.py) compares the two. What each table and index is for: see the migrations.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE organization (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    domain_handle TEXT NOT NULL UNIQUE CHECK (domain_handle = lower(domain_handle)),
    domain TEXT,
    is_private_domain INTEGER NOT NULL CHECK (is_private_domain IN (0, 1)),
    token TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
, timezone TEXT NOT NULL DEFAULT 'UTC');

CREATE TABLE organization_clock (
    org_id INTEGER PRIMARY KEY REFERENCES organization (id),
    version INTEGER NOT NULL,
    next_item INTEGER NOT NULL,
    next_event INTEGER NOT NULL,
    next_batch INTEGER NOT NULL
, next_delta INTEGER NOT NULL DEFAULT 1);

CREATE TABLE compaction (
    org_id INTEGER PRIMARY KEY REFERENCES organization (id),
    compacted_to INTEGER NOT NULL
);

CREATE TABLE space (
    id INTEGER PRIMARY KEY,
    org_id INTEGER NOT NULL REFERENCES organization (id),
    token TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    description TEXT,
    content_type TEXT NOT NULL CHECK (content_type IN ('contact', 'email', 'general', 'table')),
    agent_handle TEXT,
    privacy_type TEXT NOT NULL,
    space_type TEXT NOT NULL,
    archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
    settings TEXT NOT NULL,
    stuck_running_after_us INTEGER NOT NULL,
    stuck_pending_after_us INTEGER NOT NULL,
    created_at INTEGER NOT NULL
, cell_zone TEXT NOT NULL DEFAULT 'UTC', directory_version INTEGER NOT NULL DEFAULT 0);

CREATE INDEX space_by_organization ON space (org_id, content_type, id);
CREATE INDEX space_by_change ON space (directory_version);

CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
);

CREATE TABLE token_secret (
    digest BLOB PRIMARY KEY,
    token_id INTEGER NOT NULL REFERENCES token (id),
    ends_at INTEGER
) WITHOUT ROWID;

CREATE INDEX token_secret_by_token ON token_secret (token_id);

CREATE TABLE member (
    org_id INTEGER NOT NULL REFERENCES organization (id),
    token_id INTEGER NOT NULL REFERENCES token (id),
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    PRIMARY KEY (org_id, token_id)
) WITHOUT ROWID;

CREATE INDEX member_by_token ON member (token_id);

CREATE TABLE batch (
    org_id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    label TEXT,
    source TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    finished_at INTEGER,
    withdrawn_at INTEGER,
    first_event INTEGER,
    last_event INTEGER,
    applied INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    stale INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    position INTEGER,
    owner TEXT,
    beat INTEGER NOT NULL DEFAULT 0,
    file_digest TEXT,
    options_digest TEXT,
    record_type TEXT,
    place TEXT,
    mapping TEXT,
    replaces TEXT,
    replaced INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, no)
) WITHOUT ROWID;

CREATE INDEX import_by_label ON batch (org_id, label) WHERE label IS NOT NULL;
CREATE INDEX import_by_file ON batch (org_id, file_digest) WHERE file_digest IS NOT NULL;
CREATE INDEX import_by_mapping ON batch (org_id, mapping) WHERE mapping IS NOT NULL;

CREATE TABLE import_mapping (
    org_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    reading TEXT NOT NULL,
    PRIMARY KEY (org_id, name)
) WITHOUT ROWID;

CREATE TABLE import_upload (
    org_id INTEGER NOT NULL,
    upload_id TEXT NOT NULL,
    space_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    record_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    part_bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    heartbeat INTEGER NOT NULL,
    owner TEXT,
    runs INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    batch_no INTEGER,
    work TEXT,
    found TEXT,
    report TEXT,
    message TEXT,
    PRIMARY KEY (org_id, upload_id)
) WITHOUT ROWID;

CREATE TABLE import_part (
    org_id INTEGER NOT NULL,
    upload_id TEXT NOT NULL,
    part INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (org_id, upload_id, part)
) WITHOUT ROWID;

CREATE TABLE event (
    org_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    item_no INTEGER NOT NULL,
    batch_no INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    event_key INTEGER,  -- 64 bits of a digest of event_id; the body decides
    withdrawn INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL,
    body BLOB NOT NULL, checksum INTEGER,
    PRIMARY KEY (org_id, seq)
) WITHOUT ROWID;

CREATE INDEX event_by_item ON event (org_id, item_no) WHERE withdrawn = 0;

CREATE INDEX event_by_key ON event (org_id, space_id, event_key)
    WHERE event_key IS NOT NULL AND withdrawn = 0;

CREATE TABLE event_repeat (
    org_id INTEGER NOT NULL,
    item_no INTEGER NOT NULL,
    body_digest BLOB NOT NULL,
    batch_no INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (org_id, item_no, body_digest, batch_no)
) WITHOUT ROWID;

CREATE INDEX event_outweighed ON event (org_id, item_no) WHERE withdrawn = 1;
CREATE INDEX event_repeat_by_batch ON event_repeat (org_id, batch_no, item_no);

CREATE TABLE call (
    org_id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    call_id TEXT NOT NULL,
    call_status TEXT NOT NULL
        CHECK (call_status IN ('queued', 'ringing', 'in_progress', 'completed', 'missed', 'failed')),
    creation_time INTEGER NOT NULL,
    start_time INTEGER,
    end_time INTEGER,
    duration_ms INTEGER CHECK (duration_ms >= 0),
    call_type TEXT,
    source_number TEXT,
    destination_number TEXT,
    end_reason TEXT,
    source_end_reason TEXT,
    answered_by TEXT,
    agent TEXT,
    task_id TEXT,
    external_ids TEXT,
    metadata TEXT,
    source TEXT NOT NULL,
    void INTEGER NOT NULL,
    time_marks INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    cost_micros INTEGER CHECK (cost_micros >= 0),
    cost_currency TEXT,
    billed_ms INTEGER CHECK (billed_ms >= 0),
    group_ids TEXT,
    group_rank INTEGER,
    leg_of TEXT,
    PRIMARY KEY (org_id, no)
) WITHOUT ROWID;

CREATE UNIQUE INDEX call_by_id ON call (org_id, space_id, call_id);

CREATE INDEX call_by_time ON call (org_id, creation_time, space_id, call_status) WHERE void = 0;

CREATE INDEX call_by_space_time ON call (
    org_id, space_id, creation_time, call_status, call_type, end_reason, agent, answered_by, start_time, duration_ms,
    time_marks
) WHERE void = 0;

CREATE INDEX call_contradicting ON call (org_id, space_id, creation_time) WHERE void = 0 AND (time_marks & 4) <> 0;

CREATE TABLE call_link (
    org_id INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    no INTEGER NOT NULL,
    PRIMARY KEY (org_id, space_id, kind, value, no)
) WITHOUT ROWID;

CREATE TABLE group_end (
    org_id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    PRIMARY KEY (org_id, no)
) WITHOUT ROWID;

CREATE UNIQUE INDEX group_end_by_id ON group_end (org_id, space_id, group_id);

CREATE INDEX call_by_head ON call (org_id, space_id, leg_of) WHERE leg_of IS NOT NULL;
CREATE INDEX call_without_status ON call (org_id, space_id) WHERE void = 2;
CREATE INDEX call_oversized ON call (org_id, space_id) WHERE void = 0 AND (time_marks & 16) <> 0;

CREATE TABLE task (
    org_id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed')),
    source_status TEXT NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    run_id TEXT,
    assignee TEXT,
    execution_type TEXT,
    scheduled_at INTEGER,
    failure_reason TEXT,
    input TEXT,
    output TEXT,
    waiting_since INTEGER,
    void INTEGER NOT NULL, status_since INTEGER,
    PRIMARY KEY (org_id, no)
) WITHOUT ROWID;

CREATE UNIQUE INDEX task_by_id ON task (org_id, space_id, task_id);

CREATE INDEX task_by_time ON task (org_id, created, space_id) WHERE void = 0;

CREATE INDEX task_by_space_time ON task (org_id, space_id, created) WHERE void = 0;

CREATE INDEX task_by_status ON task (org_id, space_id, status, created) WHERE void = 0;

CREATE INDEX task_by_run ON task (org_id, space_id, run_id, created) WHERE void = 0 AND run_id IS NOT NULL;

CREATE INDEX task_waiting ON task (org_id, space_id, status, waiting_since)
    WHERE void = 0 AND waiting_since IS NOT NULL;

CREATE TABLE totals (
    org_id INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    calls_queued INTEGER NOT NULL DEFAULT 0,
    calls_ringing INTEGER NOT NULL DEFAULT 0,
    calls_in_progress INTEGER NOT NULL DEFAULT 0,
    calls_completed INTEGER NOT NULL DEFAULT 0,
    calls_missed INTEGER NOT NULL DEFAULT 0,
    calls_failed INTEGER NOT NULL DEFAULT 0,
    completed_timed INTEGER NOT NULL DEFAULT 0,
    completed_talk_ms INTEGER NOT NULL DEFAULT 0,
    tasks_pending INTEGER NOT NULL DEFAULT 0,
    tasks_running INTEGER NOT NULL DEFAULT 0,
    tasks_completed INTEGER NOT NULL DEFAULT 0,
    tasks_failed INTEGER NOT NULL DEFAULT 0, answered_calls INTEGER NOT NULL DEFAULT 0, answered_final INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, space_id)
) WITHOUT ROWID;

CREATE INDEX totals_by_version ON totals (org_id, version);

CREATE TABLE run (
    org_id INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    registered_at INTEGER,
    collection_ref TEXT,
    run_mode TEXT,
    batch_count INTEGER NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    running INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL, checksum INTEGER,
    PRIMARY KEY (org_id, space_id, run_id)
) WITHOUT ROWID;

CREATE INDEX run_by_time ON run (org_id, space_id, created);

CREATE TABLE outcome (
    org_id INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'duplicate', 'stale', 'rejected')),
    reason TEXT NOT NULL,
    events INTEGER NOT NULL, last_received_at INTEGER,
    PRIMARY KEY (org_id, space_id, outcome, reason)
) WITHOUT ROWID;

CREATE TABLE idempotency (
    org_id INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    answer BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, space_id, idempotency_key)
) WITHOUT ROWID;

CREATE INDEX idempotency_by_time ON idempotency (org_id, created_at);

CREATE TABLE cell (
    org_id INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    grain TEXT NOT NULL,
    space_id INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    d1 TEXT NOT NULL,
    d2 TEXT NOT NULL,
    d3 TEXT NOT NULL,
    items INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, counter, grain, space_id, bucket, d1, d2, d3)
) WITHOUT ROWID;

CREATE TABLE delta (
    org_id INTEGER NOT NULL,
    no INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('call', 'task')),
    quarter INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    day INTEGER NOT NULL,
    call_type TEXT NOT NULL,
    call_status TEXT NOT NULL,
    end_reason TEXT NOT NULL,
    agent TEXT NOT NULL,
    talk TEXT NOT NULL,
    wait TEXT NOT NULL,
    status TEXT NOT NULL,
    items INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL, checksum INTEGER,
    PRIMARY KEY (org_id, no)
) WITHOUT ROWID;

CREATE TABLE verification (
    id INTEGER PRIMARY KEY,
    finished_at INTEGER NOT NULL,
    deep INTEGER NOT NULL CHECK (deep IN (0, 1)),
    repaired INTEGER NOT NULL,
    drift TEXT NOT NULL
);

CREATE INDEX call_live ON call (org_id, space_id, call_status, creation_time)
    WHERE void = 0 AND call_status IN ('ringing', 'in_progress');

CREATE INDEX call_by_task ON call (org_id, space_id, task_id) WHERE void = 0 AND task_id IS NOT NULL;

INSERT INTO meta VALUES ('directory_version', 1), ('fold_rules', 6);
INSERT INTO meta VALUES ('checksums_complete', 1);

-- Addresses that platforms post to: tokens as digests, secrets encrypted by a key that is not in the store; what came to
-- them; and the deliveries that could not be read.

CREATE TABLE hook (
    id INTEGER PRIMARY KEY,
    org_id INTEGER NOT NULL REFERENCES organization (id),
    space_id INTEGER NOT NULL REFERENCES space (id),
    platform TEXT NOT NULL,
    prefix TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
);

CREATE INDEX hook_by_organization ON hook (org_id);

CREATE TABLE hook_token (
    digest BLOB PRIMARY KEY,
    hook_id INTEGER NOT NULL REFERENCES hook (id),
    ends_at INTEGER
) WITHOUT ROWID;

CREATE INDEX hook_token_by_hook ON hook_token (hook_id);

CREATE TABLE hook_secret (
    hook_id INTEGER NOT NULL REFERENCES hook (id),
    no INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    ends_at INTEGER,
    PRIMARY KEY (hook_id, no)
) WITHOUT ROWID;

CREATE TABLE hook_count (
    org_id INTEGER NOT NULL,
    hook_id INTEGER NOT NULL,
    last_delivery_at INTEGER,
    accepted INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    last_refused_at INTEGER,
    last_refusal TEXT,
    PRIMARY KEY (org_id, hook_id)
) WITHOUT ROWID;

CREATE TABLE hook_tally (
    org_id INTEGER NOT NULL,
    hook_id INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    word TEXT NOT NULL,
    times INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, hook_id, outcome, reason, word)
) WITHOUT ROWID;

CREATE TABLE quarantine (
    org_id INTEGER NOT NULL,
    quarantine_id TEXT NOT NULL,
    hook_id INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    faults TEXT NOT NULL,
    method TEXT NOT NULL,
    query TEXT NOT NULL,
    headers TEXT NOT NULL,
    size INTEGER NOT NULL,
    kept_bytes INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    -- Last, because SQLite reads a row from its beginning: what the bounds ask for must not wait for bodies.
    body BLOB NOT NULL,
    PRIMARY KEY (org_id, quarantine_id)
);

CREATE TABLE reconciliation (
    org_id INTEGER NOT NULL,
    hook_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (org_id, hook_id)
) WITHOUT ROWID;
