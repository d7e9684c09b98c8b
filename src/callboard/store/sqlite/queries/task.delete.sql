-- Delete a task that has no event left.
DELETE FROM task
WHERE org_id = ? AND no = ?
