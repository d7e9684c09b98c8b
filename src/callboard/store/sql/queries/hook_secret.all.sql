-- The secrets of all hooks of every organization, of each the newest first.
SELECT hook_id, no, sealed, ends_at
FROM hook_secret
ORDER BY hook_id, no DESC
