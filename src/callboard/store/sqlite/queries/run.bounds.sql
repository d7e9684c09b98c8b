-- The first creation and the last modification among the tasks of a run.
SELECT min(created), max(modified)
FROM task INDEXED BY task_by_run
WHERE org_id = :org_id AND space_id = :space_id AND run_id = :run_id AND void = 0 AND run_id IS NOT NULL
