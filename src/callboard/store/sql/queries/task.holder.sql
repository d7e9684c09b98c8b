-- The number of the task with this id.
SELECT no
FROM task
WHERE org_id = :org_id AND space_id = :space_id AND task_id = :id
