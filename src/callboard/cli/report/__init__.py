"""`callboard report …`: one report a file, imported when it is used."""
