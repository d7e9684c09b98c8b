-- The numbers by which views catch up: the first delta that is in no cell, the next delta, the first delta still
-- kept. One statement, so that they are of one moment.
SELECT
    compacted_to,
    next_delta,
    (SELECT min(no) FROM delta WHERE org_id = :org_id)
FROM organization_clock
JOIN compaction ON compaction.org_id = organization_clock.org_id
WHERE organization_clock.org_id = :org_id
