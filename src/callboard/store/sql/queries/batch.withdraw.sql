-- The withdrawal of a batch, on record before its events go.
UPDATE batch
SET withdrawn_at = coalesce(withdrawn_at, :now)
WHERE org_id = :org_id AND no = :no
