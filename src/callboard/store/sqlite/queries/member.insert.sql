-- What a token may do in an organization.
INSERT INTO member (org_id, token_id, role)
VALUES (?, ?, ?)
