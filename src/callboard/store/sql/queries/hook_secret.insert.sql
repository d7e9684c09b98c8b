-- Store one generation of the secrets of a hook.
INSERT INTO hook_secret (hook_id, no, sealed, ends_at)
VALUES (:hook_id, :no, :sealed, :ends_at)
