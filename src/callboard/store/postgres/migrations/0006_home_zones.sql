-- The home zone of an organization, and of spaces that have none of their own: `null` in their settings. UTC
-- was what a space had that was given none.

ALTER TABLE organization ADD COLUMN timezone TEXT COLLATE "C" NOT NULL DEFAULT 'UTC';
ALTER TABLE space ADD COLUMN cell_zone TEXT COLLATE "C" NOT NULL DEFAULT 'UTC';

UPDATE space SET cell_zone = coalesce(settings::JSONB ->> 'timezone', 'UTC');
UPDATE space SET settings = (settings::JSONB || '{"timezone": null}')::TEXT
WHERE settings::JSONB ->> 'timezone' = 'UTC';
