-- How far an import has come in its file, and which process owns it. An import that an earlier version began
-- and did not finish has no position (NULL): it is read from its first row again.

ALTER TABLE batch ADD COLUMN position BIGINT;
ALTER TABLE batch ADD COLUMN owner TEXT COLLATE "C";
ALTER TABLE batch ADD COLUMN beat BIGINT NOT NULL DEFAULT 0;
