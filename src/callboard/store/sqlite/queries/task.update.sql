-- A task as it is now.
UPDATE task
SET
    task_id = ?,
    status = ?,
    source_status = ?,
    attempt = ?,
    created = ?,
    modified = ?,
    run_id = ?,
    assignee = ?,
    execution_type = ?,
    scheduled_at = ?,
    failure_reason = ?,
    input = ?,
    output = ?,
    status_since = ?,
    waiting_since = ?,
    void = ?
WHERE org_id = ? AND no = ?
