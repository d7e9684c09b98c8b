-- Forget all secrets of a hook.
DELETE FROM hook_secret
WHERE hook_id = :hook_id
