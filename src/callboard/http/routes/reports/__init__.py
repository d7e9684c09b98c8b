"""Reports under the analytics' path: one a file."""
