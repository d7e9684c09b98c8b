-- The tokens with access to an organization, newest first.
SELECT id, name, prefix, created_at, expires_at, last_used_at, revoked_at
FROM token
WHERE id IN (SELECT token_id FROM member WHERE org_id = :org_id)
ORDER BY created_at DESC, id DESC
