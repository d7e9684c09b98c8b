-- A saved mapping.
SELECT name, version, saved_at, reading
FROM import_mapping
WHERE org_id = :org_id AND name = :name
