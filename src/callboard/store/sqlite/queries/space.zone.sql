-- The zones by whose hours and days spaces (a JSON array of their ids) are counted.
SELECT space.id, space.cell_zone
FROM json_each(:spaces) AS wanted
CROSS JOIN space ON space.id = wanted.value AND space.org_id = :org_id
