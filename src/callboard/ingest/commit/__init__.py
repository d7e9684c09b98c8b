"""From the requests of a worker to commits. In the worker: `client` accepts batches, `queue` holds them
(bounded, fair between organizations), `process` starts and stops the writer process, `supervisor` replaces
one that hangs or ended, `checks` is for `/readyz`, `metered` counts. Between the two: `protocol` (frames on
the socket) and `health` (what the writer is doing). In the writer: `server` commits, `batching` decides how
long a commit waits for more requests, `isolate` finds the batch that makes a commit fail.
"""
