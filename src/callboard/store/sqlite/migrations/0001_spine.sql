-- The first schema: directory, event log, rows, counters, runs, outcomes.
-- Every table of a tenant has org_id as the first column of its key. Times are microseconds since 1970 UTC.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES ('directory_version', 1);

CREATE TABLE organization (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    domain_handle TEXT NOT NULL UNIQUE CHECK (domain_handle = lower(domain_handle)),
    domain TEXT,
    is_private_domain INTEGER NOT NULL CHECK (is_private_domain IN (0, 1)),
    token TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);

-- Next numbers and version of an organization, read and written once in a commit.
CREATE TABLE organization_clock (
    org_id INTEGER PRIMARY KEY REFERENCES organization (id),
    version INTEGER NOT NULL,
    next_item INTEGER NOT NULL,
    next_event INTEGER NOT NULL,
    next_batch INTEGER NOT NULL
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
);
CREATE INDEX space_by_organization ON space (org_id, content_type, id);

CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
);

-- Digests only: a secret is shown once and never stored.
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

-- One row for each request, or for an import of many requests.
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
    PRIMARY KEY (org_id, no)
) WITHOUT ROWID;
CREATE INDEX import_by_label ON batch (org_id, label) WHERE label IS NOT NULL;

-- The event log. Append-only, except that withdrawing a batch marks its events or transfers them to another batch.
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
    body BLOB NOT NULL,
    PRIMARY KEY (org_id, seq)
) WITHOUT ROWID;
CREATE INDEX event_by_item ON event (org_id, item_no) WHERE withdrawn = 0;
CREATE INDEX event_by_key ON event (org_id, space_id, event_key)
    WHERE event_key IS NOT NULL AND withdrawn = 0;

-- Events that a batch sent and another batch had sent before. When that one is withdrawn, this batch inherits them.
CREATE TABLE event_repeat (
    org_id INTEGER NOT NULL,
    item_no INTEGER NOT NULL,
    body_digest BLOB NOT NULL,
    batch_no INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (org_id, item_no, body_digest, batch_no)
) WITHOUT ROWID;

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
    PRIMARY KEY (org_id, no)
) WITHOUT ROWID;
CREATE UNIQUE INDEX call_by_id ON call (org_id, space_id, call_id);
CREATE INDEX call_by_time ON call (org_id, creation_time, space_id) WHERE void = 0;
CREATE INDEX call_by_space_time ON call (org_id, space_id, creation_time) WHERE void = 0;

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
    void INTEGER NOT NULL,
    PRIMARY KEY (org_id, no)
) WITHOUT ROWID;
CREATE UNIQUE INDEX task_by_id ON task (org_id, space_id, task_id);
CREATE INDEX task_by_time ON task (org_id, created, space_id) WHERE void = 0;
CREATE INDEX task_by_space_time ON task (org_id, space_id, created) WHERE void = 0;
CREATE INDEX task_by_status ON task (org_id, space_id, status, created) WHERE void = 0;
CREATE INDEX task_by_run ON task (org_id, space_id, run_id, created) WHERE void = 0 AND run_id IS NOT NULL;
CREATE INDEX task_waiting ON task (org_id, space_id, status, waiting_since)
    WHERE void = 0 AND waiting_since IS NOT NULL;

-- A space's totals, from which the analytics endpoint answers.
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
    tasks_failed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, space_id)
) WITHOUT ROWID;
CREATE INDEX totals_by_version ON totals (org_id, version);

-- Counters by the catalogue (callboard.fold.catalogue), by grain and bucket (the quarter-hour it begins with). The
-- bucket comes before the counter: the cells that one call changes then lie on three pages and not on nine.
CREATE TABLE cell (
    org_id INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    grain TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    d1 TEXT NOT NULL,
    d2 TEXT NOT NULL,
    d3 TEXT NOT NULL,
    items INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, space_id, grain, bucket, counter, d1, d2, d3)
) WITHOUT ROWID;

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
    failed INTEGER NOT NULL,
    PRIMARY KEY (org_id, space_id, run_id)
) WITHOUT ROWID;
CREATE INDEX run_by_time ON run (org_id, space_id, created);

-- Events received, counted by outcome; reason is '' except for rejected ones.
CREATE TABLE outcome (
    org_id INTEGER NOT NULL,
    space_id INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'duplicate', 'stale', 'rejected')),
    reason TEXT NOT NULL,
    events INTEGER NOT NULL,
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
