-- Runs of a space, as stored.
SELECT r.run_id, r.registered_at, r.batch_count, r.created, r.modified, r.pending, r.running, r.completed, r.failed
FROM run AS r
WHERE r.org_id = :org_id AND r.space_id = :space_id AND r.run_id = ANY (:ids::TEXT[])
