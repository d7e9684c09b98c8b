-- Who owns an import from now on; NULL for nobody.
UPDATE batch
SET owner = :owner, beat = beat + 1
WHERE org_id = :org_id AND no = :no
