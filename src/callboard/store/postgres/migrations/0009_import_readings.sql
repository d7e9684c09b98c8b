-- What an import read, and how, so that another reading of the same file is seen; and mappings saved by name. Imports of
-- earlier versions have no reading (NULL).

ALTER TABLE batch ADD COLUMN file_digest TEXT COLLATE "C";
ALTER TABLE batch ADD COLUMN options_digest TEXT COLLATE "C";
ALTER TABLE batch ADD COLUMN record_type TEXT COLLATE "C";
ALTER TABLE batch ADD COLUMN place TEXT COLLATE "C";
ALTER TABLE batch ADD COLUMN mapping TEXT COLLATE "C";
ALTER TABLE batch ADD COLUMN replaces TEXT COLLATE "C";
ALTER TABLE batch ADD COLUMN replaced BIGINT NOT NULL DEFAULT 0;

CREATE INDEX import_by_file ON batch (org_id, file_digest) WHERE file_digest IS NOT NULL;
CREATE INDEX import_by_mapping ON batch (org_id, mapping) WHERE mapping IS NOT NULL;

CREATE TABLE import_mapping (
    org_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    reading TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, name)
);
