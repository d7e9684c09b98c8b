-- A call of which no event is left.
DELETE FROM call
WHERE org_id = ? AND no = ?
