"""The default store: one SQLite file, WAL, `synchronous=FULL`, one writer at a time, readers on their own."""
