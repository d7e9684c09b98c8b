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
