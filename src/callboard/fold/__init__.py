"""APPLY: events → row, row and row' → counter differences. Pure code, shared by every store."""
