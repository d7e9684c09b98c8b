-- The position of an import in its file, and the process that owns it. An unfinished import of an earlier version
-- has no position (NULL): its file is read from the first row again.

ALTER TABLE batch ADD COLUMN position INTEGER;
ALTER TABLE batch ADD COLUMN owner TEXT;
ALTER TABLE batch ADD COLUMN beat INTEGER NOT NULL DEFAULT 0;
