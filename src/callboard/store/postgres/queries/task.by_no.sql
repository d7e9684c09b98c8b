-- The tasks under these numbers.
SELECT
    it.no,
    it.space_id,
    it.task_id, it.status, it.source_status, it.attempt, it.created, it.modified, it.run_id,
    it.assignee, it.execution_type, it.scheduled_at, it.failure_reason, it.input, it.output,
    it.status_since, it.waiting_since, it.void
FROM task AS it
WHERE it.org_id = :org_id AND it.no = ANY (:nos::BIGINT[])
