-- The tasks of a space that a batch names (a JSON array of ids), with the store's numbers.
SELECT
    it.no,
    it.task_id, it.status, it.source_status, it.attempt, it.created, it.modified, it.run_id,
    it.assignee, it.execution_type, it.scheduled_at, it.failure_reason, it.input, it.output,
    it.waiting_since, it.void
FROM json_each(:ids) AS wanted
CROSS JOIN task AS it ON it.org_id = :org_id AND it.space_id = :space_id AND it.task_id = wanted.value
