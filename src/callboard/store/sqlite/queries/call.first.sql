-- When the first call of spaces (a JSON array of ids) was created.
SELECT min((
    SELECT min(creation_time)
    FROM call INDEXED BY call_by_space_time
    WHERE org_id = :org_id AND space_id = wanted.value AND void = 0
))
FROM json_each(:spaces) AS wanted
