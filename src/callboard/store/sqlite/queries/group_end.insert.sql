-- The first end said of a group.
INSERT INTO group_end (org_id, no, space_id, group_id)
VALUES (?, ?, ?, ?)
