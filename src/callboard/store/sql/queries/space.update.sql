-- Save the changeable fields of a space.
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
    stuck_pending_after_us = :pending_after,
    cell_zone = :cell_zone,
    directory_version = :directory_version
WHERE org_id = :org_id AND id = :space_id
