-- The organization with this handle.
SELECT id, name, domain_handle, domain, is_private_domain, token, created_at, timezone
FROM organization
WHERE domain_handle = :domain_handle
