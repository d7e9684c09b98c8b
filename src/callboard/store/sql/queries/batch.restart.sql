-- Reset an import to the first row of its file, and its counts with it.
UPDATE batch
SET position = 0, applied = 0, duplicate = 0, stale = 0, rejected = 0
WHERE org_id = :org_id AND no = :no
