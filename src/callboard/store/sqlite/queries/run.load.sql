-- Runs of a space (a JSON array of run ids), as stored.
SELECT r.run_id, r.registered_at, r.batch_count, r.created, r.modified, r.pending, r.running, r.completed, r.failed
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:ids) AS wanted
CROSS JOIN run AS r ON r.org_id = :org_id AND r.space_id = :space_id AND r.run_id = wanted.value
