-- An organization's next numbers and its version, without the lock.
SELECT version, next_item, next_event, next_batch, next_delta
FROM organization_clock
WHERE org_id = :org_id
