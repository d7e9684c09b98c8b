"""From the requests of a worker to commits: `client` takes batches in, `queue` holds them, bounded and in
turn between organizations, `protocol` is what goes over the socket to the writer, `process` starts and ends
that writer, `supervisor` replaces one that hangs or ended, `server` runs inside it and commits what waits
together. `checks` is what `/readyz` asks, `metered` counts, `pulse` tells what the writer is doing.
"""
