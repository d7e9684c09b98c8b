-- End the tokens of a hook at a given time. Never later than before: a rotation must not extend an old one.
UPDATE hook_token
SET ends_at = CASE WHEN ends_at IS NULL OR ends_at > :ends_at THEN :ends_at ELSE ends_at END
WHERE hook_id = :hook_id
