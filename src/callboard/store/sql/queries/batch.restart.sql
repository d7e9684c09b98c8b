-- An import whose file is read from its first row again: what it counted so far is counted anew.
UPDATE batch
SET position = 0, applied = 0, duplicate = 0, stale = 0, rejected = 0
WHERE org_id = :org_id AND no = :no
