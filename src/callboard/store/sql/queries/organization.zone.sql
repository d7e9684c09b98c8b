-- The home zone of an organization.
SELECT timezone
FROM organization
WHERE id = :org_id
