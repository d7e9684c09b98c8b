-- How often an organization changed, and the directory.
SELECT
    version,
    (SELECT value FROM meta WHERE name = 'directory_version')
FROM organization_clock
WHERE org_id = :org_id
