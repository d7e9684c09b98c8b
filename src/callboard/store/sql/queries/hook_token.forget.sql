-- Forget the tokens of a hook that are over.
DELETE FROM hook_token
WHERE hook_id = :hook_id AND ends_at <= :now
