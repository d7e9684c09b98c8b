-- The hook of a token, by the token's digest.
SELECT hook.org_id, hook.id, hook_token.ends_at
FROM hook_token
INNER JOIN hook ON hook.id = hook_token.hook_id
WHERE hook_token.digest = :digest
