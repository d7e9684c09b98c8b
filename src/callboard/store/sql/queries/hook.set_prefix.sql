-- Set the prefix that identifies a hook's current URL.
UPDATE hook
SET prefix = :prefix
WHERE org_id = :org_id AND id = :hook_id
