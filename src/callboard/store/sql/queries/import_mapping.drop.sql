-- Delete a saved mapping.
DELETE FROM import_mapping
WHERE org_id = :org_id AND name = :name
