-- Revoke a hook. Repeated, it keeps the first time.
UPDATE hook
SET revoked_at = coalesce(revoked_at, :now)
WHERE org_id = :org_id AND id = :hook_id
