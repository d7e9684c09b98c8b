-- One task of a space.
SELECT
    no,
    task_id, status, source_status, attempt, created, modified, run_id, assignee, execution_type,
    scheduled_at, failure_reason, input, output, status_since, waiting_since, void
FROM task
WHERE org_id = :org_id AND space_id = :space_id AND task_id = :id
