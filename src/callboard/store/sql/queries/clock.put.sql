-- An organization's next numbers and its version after a commit.
UPDATE organization_clock
SET version = ?, next_item = ?, next_event = ?, next_batch = ?, next_delta = ?
WHERE org_id = ?
