-- The numbers by which views catch up: the first delta that is in no cell, the next delta, the first delta still
-- kept.
SELECT
    settled,
    next_delta,
    (SELECT min(no) FROM delta WHERE org_id = :org_id)
FROM organization_clock
WHERE org_id = :org_id
