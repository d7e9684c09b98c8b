-- An organization's next numbers and its version after a commit.
UPDATE organization_clock
SET
    version = :version,
    next_item = :next_item,
    next_event = :next_event,
    next_batch = :next_batch,
    next_delta = :next_delta
WHERE org_id = :org_id
