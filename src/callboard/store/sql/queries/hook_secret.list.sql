-- The secrets of a hook, newest first.
SELECT no, sealed, ends_at
FROM hook_secret
WHERE hook_id = :hook_id
ORDER BY no DESC
