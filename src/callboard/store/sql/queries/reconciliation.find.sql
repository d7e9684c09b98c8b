-- How far a reconciliation has come.
SELECT state
FROM reconciliation
WHERE org_id = :org_id AND hook_id = :hook_id
