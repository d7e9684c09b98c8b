-- The version of the directory, which each change of it moves.
SELECT value FROM meta WHERE name = 'directory_version'
