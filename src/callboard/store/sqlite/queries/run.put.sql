-- Store the counts of a run. What a request registered of it (batch_count, registered_at) stays as it is.
INSERT INTO run (
    org_id, space_id, run_id, batch_count, created, modified, pending, running, completed, failed
)
VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    created = excluded.created,
    modified = excluded.modified,
    pending = excluded.pending,
    running = excluded.running,
    completed = excluded.completed,
    failed = excluded.failed
