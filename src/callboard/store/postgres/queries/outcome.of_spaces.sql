-- How the events received of spaces ended.
SELECT outcome, reason, sum(events)
FROM outcome
WHERE org_id = :org_id AND space_id = ANY (:spaces::BIGINT[])
GROUP BY outcome, reason
