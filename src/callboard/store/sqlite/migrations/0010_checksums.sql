-- A checksum for data that decides a number and cannot be recounted from other rows: each event, each delta from
-- which views may still catch up, and what a request registered of a run. NULL: written before checksums existed.

ALTER TABLE event ADD COLUMN checksum INTEGER;
ALTER TABLE delta ADD COLUMN checksum INTEGER;
ALTER TABLE run ADD COLUMN checksum INTEGER;

-- 1: every row has its checksum, so that a missing one is damage. A store with data gets this mark after the missing
-- checksums were filled.
INSERT INTO meta (name, value) SELECT 'checksums_complete', 1 WHERE NOT EXISTS (SELECT 1 FROM organization);
