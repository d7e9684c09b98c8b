-- Create a space.
INSERT INTO space (
    org_id, token, name, slug, created_at, description, content_type, agent_handle, privacy_type, space_type,
    archived, settings, stuck_running_after_us, stuck_pending_after_us, cell_zone, directory_version
)
VALUES (
    :org_id, :token, :name, :slug, :now, :description, :content_type, :agent_handle, 'private', 'general',
    0, :settings, :running_after, :pending_after, :cell_zone, :directory_version
)
RETURNING id
