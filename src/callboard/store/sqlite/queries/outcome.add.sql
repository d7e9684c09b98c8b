-- Events that ended so.
INSERT INTO outcome (org_id, space_id, outcome, reason, events, last_received_at)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    events = events + excluded.events,
    last_received_at = max(coalesce(last_received_at, 0), excluded.last_received_at)
