-- Recount from rows: a space's runs from their tasks.
SELECT
    run_id,
    min(created),
    max(modified),
    count(*) FILTER (WHERE status = 'pending'),
    count(*) FILTER (WHERE status = 'running'),
    count(*) FILTER (WHERE status = 'completed'),
    count(*) FILTER (WHERE status = 'failed')
FROM task INDEXED BY task_by_run
WHERE org_id = :org_id AND space_id = :space_id AND void = 0 AND run_id IS NOT NULL
GROUP BY run_id
