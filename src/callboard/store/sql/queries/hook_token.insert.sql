-- Store the digest of a token.
INSERT INTO hook_token (digest, hook_id)
VALUES (:digest, :hook_id)
