"""The demo: a realistic month of campaigns, generated from a seed and sent over HTTP to its own server."""
