-- An import ended.
UPDATE batch
SET finished_at = :now
WHERE org_id = :org_id AND no = :no AND finished_at IS NULL
