-- Close an import and release it. Changes nothing when it is closed.
UPDATE batch
SET finished_at = :now, owner = NULL
WHERE org_id = :org_id AND no = :no AND finished_at IS NULL
