-- Events that ended so.
INSERT INTO outcome (org_id, space_id, outcome, reason, events)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET events = events + excluded.events
