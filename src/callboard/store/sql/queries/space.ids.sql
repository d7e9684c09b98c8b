-- The ids of an organization's spaces.
SELECT id
FROM space
WHERE org_id = :org_id
