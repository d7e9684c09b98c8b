-- Where in the log the events of a batch lie (among others').
SELECT first_event, last_event, withdrawn_at
FROM batch
WHERE org_id = :org_id AND no = :no
