"""From the requests of a worker to commits: `client` takes batches in, `queue` holds them, bounded and in
turn between organizations, `protocol` is what goes over the socket to the writer, `process` starts and ends
that writer, `server` runs inside it and commits what waits together. `metered` counts, `pulse` tells what the
writer is doing.
"""
