-- Whose secret this is.
SELECT token_id, ends_at
FROM token_secret
WHERE digest = :digest
