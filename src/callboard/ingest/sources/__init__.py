"""Files of records: opened, read row by row, mapped to events, committed in chunks. One file per format."""
