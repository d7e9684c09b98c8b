-- End the secrets of a token at a given time. Never later than before: a rotation must not extend an old secret.
UPDATE token_secret
SET ends_at = min(coalesce(ends_at, :ends_at), :ends_at)
WHERE token_id = :token_id
