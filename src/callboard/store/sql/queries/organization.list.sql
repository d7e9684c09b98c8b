-- All organizations, newest first.
SELECT id, name, domain_handle, domain, is_private_domain, token, created_at, timezone
FROM organization
ORDER BY created_at DESC, id DESC
