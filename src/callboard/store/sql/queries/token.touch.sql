-- Record a token's last use.
UPDATE token
SET last_used_at = :now
WHERE id = :token_id
