-- An organization's next numbers and its version. The row lock is the organization's lock: its holder is the only
-- writer there until the commit. Once it is granted, the row is as the previous holder committed it. The last column,
-- the first delta that is in no cell, is of the statement's beginning: it may have grown since.
SELECT
    version,
    next_item,
    next_event,
    next_batch,
    next_delta,
    (SELECT compacted_to FROM compaction WHERE org_id = :org_id)
FROM organization_clock
WHERE org_id = :org_id
FOR UPDATE
