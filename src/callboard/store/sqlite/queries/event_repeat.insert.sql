-- Record that a batch sent an event which the log had already; once for each batch and event.
INSERT INTO event_repeat (org_id, item_no, body_digest, batch_no, received_at, source)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
