-- One hook.
SELECT id, org_id, space_id, platform, prefix, settings, created_at, revoked_at
FROM hook
WHERE org_id = :org_id AND id = :hook_id
