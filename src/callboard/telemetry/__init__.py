"""What the service counts of itself, and how monitoring reads it."""
