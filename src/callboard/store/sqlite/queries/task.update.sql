-- A task as it is now.
UPDATE task
SET {assigned}
WHERE org_id = ?1 AND no = ?2
