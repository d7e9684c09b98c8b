-- The hooks of an organization, newest first.
SELECT id, org_id, space_id, platform, prefix, settings, created_at, revoked_at
FROM hook
WHERE org_id = :org_id
ORDER BY created_at DESC, id DESC
