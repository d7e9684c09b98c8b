-- All runs of a space, as stored.
SELECT run_id, registered_at, batch_count, created, modified, pending, running, completed, failed
FROM run
WHERE org_id = :org_id AND space_id = :space_id
