-- Tells every process to look up who is who again.
UPDATE meta
SET value = value + 1
WHERE name = 'directory_version'
