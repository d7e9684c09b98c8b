-- The tasks of a space in the order of their ids, a bounded piece; void ones too.
SELECT
    no,
    space_id,
    task_id, status, source_status, attempt, created, modified, run_id, assignee, execution_type,
    scheduled_at, failure_reason, input, output, status_since, waiting_since, void
FROM task
WHERE org_id = :org_id AND space_id = :space_id AND task_id > :after
ORDER BY task_id
LIMIT :most
