-- When the first task of spaces (a JSON array of ids) was created.
SELECT min((
    SELECT min(created)
    FROM task INDEXED BY task_by_space_time
    WHERE org_id = :org_id AND space_id = wanted.value AND void = 0
))
FROM json_each(:spaces) AS wanted
