-- Heartbeat of an import's owner. Compares the owner: one that lost the import changes nothing.
UPDATE batch
SET beat = beat + 1
WHERE org_id = :org_id AND no = :no AND owner = :owner
