-- The spaces of an organization follow its home zone: all of them have changed.
UPDATE space
SET directory_version = :directory_version
WHERE org_id = :org_id
