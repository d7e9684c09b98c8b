-- compaction: the number of an organization's first delta that is not merged into cells. A row of its own, because
-- deltas are merged outside of the commits that append them: those lock and change organization_clock, and the row
-- here is the lock of the cells.

CREATE TABLE compaction (
    org_id BIGINT PRIMARY KEY,
    compacted_to BIGINT NOT NULL
) WITH (fillfactor = 20);

INSERT INTO compaction (org_id, compacted_to)
SELECT org_id, settled FROM organization_clock;

ALTER TABLE organization_clock DROP COLUMN settled;
