"""Imports of files of call or task records: open, read row by row, map to events, commit in chunks.

One module for each file format.
"""
