-- Store the digest of a secret.
INSERT INTO token_secret (digest, token_id)
VALUES (:digest, :token_id)
