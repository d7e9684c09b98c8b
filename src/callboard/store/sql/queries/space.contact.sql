-- The contact spaces of an organization.
SELECT id
FROM space
WHERE org_id = :org_id AND content_type = 'contact'
