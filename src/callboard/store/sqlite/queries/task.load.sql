-- The tasks that a commit names (a JSON array of [space, id]), with the store's numbers.
SELECT
    it.no,
    it.space_id,
    {it.columns}
FROM json_each(:wanted) AS wanted
CROSS JOIN task AS it INDEXED BY task_by_id
    ON it.org_id = :org_id AND it.space_id = wanted.value ->> 0 AND it.task_id = wanted.value ->> 1
