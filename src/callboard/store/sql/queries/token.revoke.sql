-- Revoke a token. Repeated, it keeps the first time.
UPDATE token
SET revoked_at = coalesce(revoked_at, :now)
WHERE id = :token_id
