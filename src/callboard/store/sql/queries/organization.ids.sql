-- The ids of all organizations.
SELECT id
FROM organization
