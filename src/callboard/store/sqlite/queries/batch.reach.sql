-- A batch whose events now lie further apart.
UPDATE batch
SET
    first_event = min(coalesce(first_event, :seq), :seq),
    last_event = max(coalesce(last_event, :seq), :seq)
WHERE org_id = :org_id AND no = :no
