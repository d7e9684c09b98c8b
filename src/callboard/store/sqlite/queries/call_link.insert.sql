-- A call has this id: of its group, or elsewhere.
INSERT INTO call_link (org_id, space_id, kind, value, no)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
