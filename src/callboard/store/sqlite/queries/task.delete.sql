-- A task of which no event is left.
DELETE FROM task
WHERE org_id = ? AND no = ?
