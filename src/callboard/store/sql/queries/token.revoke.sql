-- A token ends, once.
UPDATE token
SET revoked_at = coalesce(revoked_at, :now)
WHERE id = :token_id
