-- One task of a space.
SELECT
    no,
    {columns}
FROM task
WHERE org_id = :org_id AND space_id = :space_id AND task_id = :id
