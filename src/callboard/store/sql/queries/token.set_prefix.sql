-- Set the prefix that identifies a token's current secret, after a rotation.
UPDATE token
SET prefix = :prefix
WHERE id = :token_id
