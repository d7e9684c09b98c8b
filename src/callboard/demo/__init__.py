"""A realistic month of campaigns, made from a seed, and the server it is sent to over HTTP."""
