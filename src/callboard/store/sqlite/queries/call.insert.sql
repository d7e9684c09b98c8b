-- A new call.
INSERT INTO call (org_id, no, space_id, {columns})
VALUES (?, ?, ?, {places})
