-- An organization's next numbers, its version, and the first delta that is in no cell. Without FOR UPDATE: a commit
-- begins with BEGIN IMMEDIATE, so it holds the lock of the whole file.
SELECT
    version,
    next_item,
    next_event,
    next_batch,
    next_delta,
    (SELECT compacted_to FROM compaction WHERE org_id = :org_id)
FROM organization_clock
WHERE org_id = :org_id
