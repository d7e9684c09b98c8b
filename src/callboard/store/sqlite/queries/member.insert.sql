-- Give a token a role in an organization.
INSERT INTO member (org_id, token_id, role)
VALUES (?, ?, ?)
