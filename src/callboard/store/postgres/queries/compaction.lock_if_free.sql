-- As `compaction.lock`; no row when another process merges deltas of this organization or changes its cells.
SELECT compacted_to
FROM compaction
WHERE org_id = :org_id
FOR UPDATE SKIP LOCKED
