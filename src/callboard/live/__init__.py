"""FOLLOW: from the store's change counter to the streams that wait for numbers to change."""
