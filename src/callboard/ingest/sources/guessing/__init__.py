"""Guess how a file is to be read, and say what it does not tell."""
