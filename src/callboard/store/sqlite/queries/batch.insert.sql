-- Record a request.
INSERT INTO batch (
    org_id, no, source, received_at, finished_at, first_event, last_event, applied, duplicate, stale, rejected
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
