"""The handlers of all endpoints, one resource per file."""
