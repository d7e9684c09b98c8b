-- When a run was first registered, and by how many requests.
SELECT registered_at, batch_count
FROM run
WHERE org_id = :org_id AND space_id = :space_id AND run_id = :run_id
