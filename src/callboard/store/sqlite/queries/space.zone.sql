-- The home zones of spaces (a JSON array of their ids).
SELECT space.id, space.settings ->> '$.timezone'
FROM json_each(:spaces) AS wanted
CROSS JOIN space ON space.id = wanted.value AND space.org_id = :org_id
