"""Queries: read parameters, ask the store, build answers that are exact at the time of reading."""
