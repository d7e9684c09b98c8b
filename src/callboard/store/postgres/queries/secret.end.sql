-- The secrets a token had end; never later than they would have.
UPDATE token_secret
SET ends_at = least(coalesce(ends_at, :ends_at), :ends_at)
WHERE token_id = :token_id
