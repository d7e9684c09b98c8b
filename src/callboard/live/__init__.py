"""FOLLOW: from the store's marker to whoever waits for numbers to change."""
