-- The zones of these spaces' hour and day cells.
SELECT id, cell_zone
FROM space
WHERE org_id = :org_id AND id = ANY (:spaces::BIGINT[])
