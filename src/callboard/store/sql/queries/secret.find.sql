-- The token of a secret, by the secret's digest.
SELECT token_id, ends_at
FROM token_secret
WHERE digest = :digest
