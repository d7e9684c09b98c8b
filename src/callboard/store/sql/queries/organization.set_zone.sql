-- Set the home zone of an organization.
UPDATE organization
SET timezone = :timezone
WHERE id = :org_id
