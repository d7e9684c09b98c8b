-- Count calls and tasks in which an import replaced what an earlier one had said.
UPDATE batch
SET replaced = replaced + :more
WHERE org_id = :org_id AND no = :no
