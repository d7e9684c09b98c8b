-- The hours and days of a space are those of another zone now.
UPDATE space
SET cell_zone = :zone
WHERE org_id = :org_id AND id = :space_id
