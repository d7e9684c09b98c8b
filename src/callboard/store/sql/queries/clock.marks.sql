-- Which deltas are in no cell yet, what the next one will be, and which is the first that is there.
SELECT
    settled,
    next_delta,
    (SELECT min(no) FROM delta WHERE org_id = :org_id)
FROM organization_clock
WHERE org_id = :org_id
