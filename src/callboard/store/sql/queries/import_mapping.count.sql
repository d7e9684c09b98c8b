-- How many saved mappings an organization has beside this one.
SELECT count(*)
FROM import_mapping
WHERE org_id = :org_id AND name <> :name
