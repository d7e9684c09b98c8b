-- Delete a run that no request registered and no task names.
DELETE FROM run
WHERE org_id = ? AND space_id = ? AND run_id = ?
