-- The saved mappings of an organization, by name.
SELECT name, version, saved_at, reading
FROM import_mapping
WHERE org_id = :org_id
ORDER BY name
