"""Queries: read parameters, query the store, build answers that are exact at the time of reading."""
