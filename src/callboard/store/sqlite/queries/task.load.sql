-- The tasks that a commit names (a JSON array of [space, id]), with the store's numbers.
SELECT
    it.no,
    it.space_id,
    it.task_id, it.status, it.source_status, it.attempt, it.created, it.modified, it.run_id,
    it.assignee, it.execution_type, it.scheduled_at, it.failure_reason, it.input, it.output,
    it.status_since, it.waiting_since, it.void
FROM json_each(:wanted) AS wanted
CROSS JOIN task AS it INDEXED BY task_by_id
    ON it.org_id = :org_id AND it.space_id = wanted.value ->> 0 AND it.task_id = wanted.value ->> 1
