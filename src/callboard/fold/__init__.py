"""Pure functions from events to rows, and from an old and a new row to counter differences; no I/O.

Every store runs this code, so the rows and counters of SQLite and PostgreSQL are the same, bit for bit.
"""
