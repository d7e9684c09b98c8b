-- Files that are imported over HTTP: the upload with the state of its import, and its parts until they are imported.

CREATE TABLE import_upload (
    org_id BIGINT NOT NULL,
    upload_id TEXT COLLATE "C" NOT NULL,
    space_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    record_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    part_bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    heartbeat BIGINT NOT NULL,
    owner TEXT COLLATE "C",
    runs BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    batch_no BIGINT,
    work TEXT COLLATE "C",
    found TEXT COLLATE "C",
    report TEXT COLLATE "C",
    message TEXT COLLATE "C",
    PRIMARY KEY (org_id, upload_id)
);

CREATE TABLE import_part (
    org_id BIGINT NOT NULL,
    upload_id TEXT COLLATE "C" NOT NULL,
    part BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (org_id, upload_id, part)
);
