-- A batch brought again what another had brought before; said once.
INSERT INTO event_repeat (org_id, item_no, body_digest, batch_no, received_at, source)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
