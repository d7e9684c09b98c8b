-- An organization's next numbers and its version. Without FOR UPDATE: a commit begins with BEGIN IMMEDIATE, so it
-- holds the lock of the whole file.
SELECT version, next_item, next_event, next_batch, next_delta, settled
FROM organization_clock
WHERE org_id = :org_id
