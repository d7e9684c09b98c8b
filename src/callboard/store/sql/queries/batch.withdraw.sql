-- Record a withdrawal before the first event is withdrawn. Repeated, it keeps the first time.
UPDATE batch
SET withdrawn_at = coalesce(withdrawn_at, :now)
WHERE org_id = :org_id AND no = :no
