-- Create an organization.
INSERT INTO organization (name, domain_handle, domain, is_private_domain, token, created_at, timezone)
VALUES (:name, :domain_handle, :domain, :is_private_domain, :token, :now, :timezone)
RETURNING id, name, domain_handle, domain, is_private_domain, token, created_at, timezone
