-- An import is further in its file. The rows that name no space are counted with it here.
UPDATE batch
SET position = :ends, beat = beat + 1, rejected = rejected + :unplaced
WHERE org_id = :org_id AND no = :no AND position = :begins AND owner = :owner
