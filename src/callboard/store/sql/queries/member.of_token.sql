-- What a token may do, and where.
SELECT org_id, role
FROM member
WHERE token_id = :token_id
ORDER BY org_id
