-- Create a token; its secret is stored separately.
INSERT INTO token (name, prefix, created_at, expires_at)
VALUES (:name, :prefix, :now, :expires_at)
RETURNING id, name, prefix, created_at, expires_at, last_used_at, revoked_at
