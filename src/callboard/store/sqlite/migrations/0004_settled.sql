-- The number of the first delta that is not merged into cells. Merged ones before it are kept for a while, because
-- materialized views catch up from them.

ALTER TABLE organization_clock ADD COLUMN settled INTEGER NOT NULL DEFAULT 1;
