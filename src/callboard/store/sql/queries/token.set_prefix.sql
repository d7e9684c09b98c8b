-- What a token is recognised by, after a rotation.
UPDATE token
SET prefix = :prefix
WHERE id = :token_id
