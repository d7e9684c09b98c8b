-- An organization's next numbers and its version. The row lock is the organization's lock: its holder is the only
-- writer there until the commit. Once it is granted, the row is as the previous holder committed it.
SELECT version, next_item, next_event, next_batch, next_delta, settled
FROM organization_clock
WHERE org_id = :org_id
FOR UPDATE
