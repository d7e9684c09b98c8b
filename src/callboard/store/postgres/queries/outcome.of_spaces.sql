-- Events received by these spaces, counted by outcome.
SELECT outcome, reason, sum(events)
FROM outcome
WHERE org_id = :org_id AND space_id = ANY (:spaces::BIGINT[])
GROUP BY outcome, reason
