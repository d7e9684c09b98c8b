-- A new task.
INSERT INTO task (
    org_id, no, space_id,
    task_id, status, source_status, attempt, created, modified, run_id, assignee, execution_type,
    scheduled_at, failure_reason, input, output, status_since, waiting_since, void
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
