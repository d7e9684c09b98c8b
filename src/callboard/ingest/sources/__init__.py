"""Imports of files of call or task records: read row by row, map to events, commit in chunks.

`files` reads the rows of any format; `guessing` finds out how a file is to be read.
"""
