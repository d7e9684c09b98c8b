-- Set the checksum of an event.
UPDATE event
SET checksum = ?
WHERE org_id = ? AND seq = ?
