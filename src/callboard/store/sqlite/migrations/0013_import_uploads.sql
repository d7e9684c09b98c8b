-- Files that are imported over HTTP: the upload with the state of its import, and its parts until they are imported.

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
