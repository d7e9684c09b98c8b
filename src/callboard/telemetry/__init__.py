"""Metrics of the service itself, and the format in which monitoring reads them."""
