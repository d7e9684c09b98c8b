-- The space with a public token, of any organization: the caller checks access.
SELECT
    id, org_id, token, name, slug, created_at, description, content_type, agent_handle, privacy_type, space_type,
    archived, settings, cell_zone, (SELECT timezone FROM organization WHERE organization.id = space.org_id)
FROM space
WHERE token = :token
