-- Recount from rows: a space's tasks by quarter-hour and status.
SELECT
    created / :quarter_hour_us AS quarter,
    status,
    count(*)
FROM task INDEXED BY task_by_status
WHERE org_id = :org_id AND space_id = :space_id AND void = 0
GROUP BY 1, 2
