"""Follows a file to which a platform writes its records, through rotation and restarts."""
