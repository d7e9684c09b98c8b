"""`callboard report`: the reports, one per file, as tables and plots, JSON or CSV."""
