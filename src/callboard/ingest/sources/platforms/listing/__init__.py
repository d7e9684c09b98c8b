"""The list APIs of platforms, as data: what to ask, and where the next page is. No network here."""
