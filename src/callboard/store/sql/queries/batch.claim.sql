-- Set the owner of an import; NULL releases it. Counts as a heartbeat, so that another claim on the same reading
-- fails.
UPDATE batch
SET owner = :owner, beat = beat + 1
WHERE org_id = :org_id AND no = :no
