"""The command line, for people and for scripts: one command a file, imported when it is used."""
