"""What each endpoint does, one resource a file."""
