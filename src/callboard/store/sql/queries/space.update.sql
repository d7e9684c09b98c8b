-- A space as it is now.
UPDATE space
SET
    name = :name,
    slug = :slug,
    description = :description,
    content_type = :content_type,
    agent_handle = :agent_handle,
    archived = :archived,
    settings = :settings,
    stuck_running_after_us = :running_after,
    stuck_pending_after_us = :pending_after
WHERE org_id = :org_id AND id = :space_id
RETURNING id, org_id, token, name, slug, created_at, description, content_type, agent_handle, privacy_type, space_type, archived, settings
