-- The numbers of a space's completed tasks, the ones created last first.
SELECT no
FROM task INDEXED BY task_by_status
WHERE org_id = :org_id AND space_id = :space_id AND status = 'completed' AND void = 0
ORDER BY created DESC
LIMIT :most
