-- One token.
SELECT id, name, prefix, created_at, expires_at, last_used_at, revoked_at
FROM token
WHERE id = :token_id
