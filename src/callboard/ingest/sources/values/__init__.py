"""Cells become values: numbers, lengths of time, moments, texts."""
