-- The home zone of an organization, which holds for its spaces without one (`null` in their settings). Before, a
-- space without a zone got UTC, so UTC in the settings becomes `null`.

ALTER TABLE organization ADD COLUMN timezone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE space ADD COLUMN cell_zone TEXT NOT NULL DEFAULT 'UTC';

UPDATE space SET cell_zone = coalesce(settings ->> '$.timezone', 'UTC');
UPDATE space SET settings = json_set(settings, '$.timezone', NULL) WHERE settings ->> '$.timezone' = 'UTC';
