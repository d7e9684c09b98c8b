-- Set the imports that another one was told to replace (a JSON array of numbers).
UPDATE batch
SET replaces = :replaces
WHERE org_id = :org_id AND no = :no
