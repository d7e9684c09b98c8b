-- The spaces of an organization.
SELECT id
FROM space
WHERE org_id = :org_id
