-- Extend the range of the log in which a batch's events lie.
UPDATE batch
SET
    first_event = least(coalesce(first_event, :seq), :seq),
    last_event = greatest(coalesce(last_event, :seq), :seq)
WHERE org_id = :org_id AND no = :no
