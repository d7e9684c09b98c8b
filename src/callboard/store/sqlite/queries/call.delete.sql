-- Delete a call that has no event left.
DELETE FROM call
WHERE org_id = ? AND no = ?
