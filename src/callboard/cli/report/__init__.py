"""`callboard report`: the reports, one a file, as tables and plots, JSON or CSV."""
