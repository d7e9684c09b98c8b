-- A call as it is now.
UPDATE call
SET {assigned}
WHERE org_id = ?1 AND no = ?2
