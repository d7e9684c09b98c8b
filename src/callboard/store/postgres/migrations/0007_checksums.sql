-- A checksum of what decides a number and cannot be counted again from anything else: each event, each difference
-- that may still move held sums, and what a request said of a run. NULL: written before there were checksums.

ALTER TABLE event ADD COLUMN checksum BIGINT;
ALTER TABLE delta ADD COLUMN checksum BIGINT;
ALTER TABLE run ADD COLUMN checksum BIGINT;

-- 1: everything has its checksum, so that a missing one is damage. A store that holds something gets it when
-- the missing ones are filled.
INSERT INTO meta (name, value) SELECT 'checksums_complete', 1 WHERE NOT EXISTS (SELECT 1 FROM organization);
