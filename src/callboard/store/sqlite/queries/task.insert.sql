-- A new task.
INSERT INTO task (org_id, no, space_id, {columns})
VALUES (?, ?, ?, {places})
