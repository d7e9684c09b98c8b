-- The owner of an import is still there.
UPDATE batch
SET beat = beat + 1
WHERE org_id = :org_id AND no = :no AND owner = :owner
