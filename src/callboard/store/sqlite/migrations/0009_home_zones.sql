-- The home zone of an organization, and of spaces that have none of their own: `null` in their settings. UTC
-- was what a space had that was given none.

ALTER TABLE organization ADD COLUMN timezone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE space ADD COLUMN cell_zone TEXT NOT NULL DEFAULT 'UTC';

UPDATE space SET cell_zone = coalesce(settings ->> '$.timezone', 'UTC');
UPDATE space SET settings = json_set(settings, '$.timezone', NULL) WHERE settings ->> '$.timezone' = 'UTC';
