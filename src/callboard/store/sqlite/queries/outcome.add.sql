-- Count events by outcome, and record when the last one came. The time never goes back: commits may be out of the
-- order of arrival.
INSERT INTO outcome (org_id, space_id, outcome, reason, events, last_received_at)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    events = events + excluded.events,
    last_received_at = max(coalesce(last_received_at, 0), excluded.last_received_at)
