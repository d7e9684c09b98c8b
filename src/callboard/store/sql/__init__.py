"""What the stores that speak SQL have in common: all but the SQL that differs, and the connections."""
