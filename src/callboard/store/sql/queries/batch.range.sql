-- The range of the log in which the events of a batch lie, among those of others.
SELECT first_event, last_event, withdrawn_at
FROM batch
WHERE org_id = :org_id AND no = :no
