-- One run.
SELECT run_id, space_id, created, modified, collection_ref, run_mode, batch_count, pending, running, completed, failed
FROM run
WHERE org_id = :org_id AND space_id = :space_id AND run_id = :run_id
