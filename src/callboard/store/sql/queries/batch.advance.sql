-- Move an import's position, and count the rejected rows that name no space. Compare-and-set, so that rows sent
-- twice, or by a process that lost the import, count nothing.
UPDATE batch
SET position = :ends, beat = beat + 1, rejected = rejected + :unplaced
WHERE org_id = :org_id AND no = :no AND position = :begins AND owner = :owner
