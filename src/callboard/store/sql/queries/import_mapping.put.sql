-- Save a mapping, or its next version.
INSERT INTO import_mapping (org_id, name, version, saved_at, reading)
VALUES (:org_id, :name, :version, :saved_at, :reading)
ON CONFLICT (org_id, name)
DO UPDATE SET version = excluded.version, saved_at = excluded.saved_at, reading = excluded.reading
