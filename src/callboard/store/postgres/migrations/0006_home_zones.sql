-- The home zone of an organization, which holds for its spaces without one (`null` in their settings). Before, a
-- space without a zone got UTC, so UTC in the settings becomes `null`.

ALTER TABLE organization ADD COLUMN timezone TEXT COLLATE "C" NOT NULL DEFAULT 'UTC';
ALTER TABLE space ADD COLUMN cell_zone TEXT COLLATE "C" NOT NULL DEFAULT 'UTC';

UPDATE space SET cell_zone = coalesce(settings::JSONB ->> 'timezone', 'UTC');
UPDATE space SET settings = (settings::JSONB || '{"timezone": null}')::TEXT
WHERE settings::JSONB ->> 'timezone' = 'UTC';
