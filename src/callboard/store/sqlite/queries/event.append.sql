-- Append an event to the log.
INSERT INTO event (org_id, seq, space_id, item_no, batch_no, received_at, event_key, source, body, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
