-- The organizations that a token has access to, and its role in each.
SELECT org_id, role
FROM member
WHERE token_id = :token_id
ORDER BY org_id
