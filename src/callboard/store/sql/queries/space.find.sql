-- One space of an organization.
SELECT
    id, org_id, token, name, slug, created_at, description, content_type, agent_handle, privacy_type, space_type,
    archived, settings, cell_zone, (SELECT timezone FROM organization WHERE organization.id = space.org_id)
FROM space
WHERE org_id = :org_id AND id = :space_id
