-- compaction: the number of an organization's first delta that is not merged into cells. A row of its own, because
-- deltas are merged outside of the commits that append them, which change organization_clock.

CREATE TABLE compaction (
    org_id INTEGER PRIMARY KEY REFERENCES organization (id),
    compacted_to INTEGER NOT NULL
);

INSERT INTO compaction (org_id, compacted_to)
SELECT org_id, settled FROM organization_clock;

ALTER TABLE organization_clock DROP COLUMN settled;
