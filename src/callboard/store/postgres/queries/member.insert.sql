-- Give a token roles in organizations.
INSERT INTO member (org_id, token_id, role)
SELECT new.*
FROM unnest(:c1::BIGINT[], :c2::BIGINT[], :c3::TEXT[]) AS new
