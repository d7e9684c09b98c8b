-- Every organization.
SELECT id
FROM organization
