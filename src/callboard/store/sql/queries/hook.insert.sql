-- Create a hook; its token and its secrets are stored separately.
INSERT INTO hook (org_id, space_id, platform, prefix, settings, created_at)
VALUES (:org_id, :space_id, :platform, :prefix, :settings, :now)
RETURNING id
