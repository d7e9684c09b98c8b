"""The command line, for people and scripts: one command per file, imported when it is used."""
