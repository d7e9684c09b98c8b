SELECT value FROM meta WHERE name = 'directory_version'
