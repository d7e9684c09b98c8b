"""The reports below the path of the analytics endpoint, one per file."""
