-- A new home zone for an organization.
UPDATE organization
SET timezone = :timezone
WHERE id = :org_id
