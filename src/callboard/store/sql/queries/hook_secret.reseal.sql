-- Replace one generation of secrets by the same under another key.
UPDATE hook_secret
SET sealed = :sealed
WHERE hook_id = :hook_id AND no = :no
