-- The version of an organization and that of the directory, both in one snapshot.
SELECT
    version,
    (SELECT value FROM meta WHERE name = 'directory_version')
FROM organization_clock
WHERE org_id = :org_id
