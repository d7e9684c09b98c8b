-- The zones by whose hours and days spaces are counted.
SELECT id, cell_zone
FROM space
WHERE org_id = :org_id AND id = ANY (:spaces::BIGINT[])
