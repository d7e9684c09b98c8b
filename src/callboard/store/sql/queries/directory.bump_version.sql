-- Increment the directory version, so that every process invalidates its cached directory.
UPDATE meta
SET value = value + 1
WHERE name = 'directory_version'
RETURNING value
