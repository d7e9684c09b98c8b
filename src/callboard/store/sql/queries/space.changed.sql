-- The spaces of every organization that changed after a version of the directory.
SELECT
    id, org_id, token, name, slug, created_at, description, content_type, agent_handle, privacy_type, space_type,
    archived, settings, cell_zone, (SELECT timezone FROM organization WHERE organization.id = space.org_id)
FROM space
WHERE directory_version > :since
LIMIT :limit
