"""Files that come over HTTP: read and imported by a process of their own, one at a time in each worker."""
