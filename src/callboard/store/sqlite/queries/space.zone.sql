-- The zones of the hour and day cells of these spaces (a JSON array of ids).
SELECT space.id, space.cell_zone
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:spaces) AS wanted
CROSS JOIN space ON space.id = wanted.value AND space.org_id = :org_id
