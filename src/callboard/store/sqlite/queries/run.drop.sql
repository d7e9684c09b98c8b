-- A run that nobody registered and no task names any more.
DELETE FROM run
WHERE org_id = ? AND space_id = ? AND run_id = ?
