-- Events received by an organization, or by one of its spaces, counted by outcome.
SELECT outcome, reason, sum(events)
FROM outcome
WHERE org_id = :org_id AND (:space_id IS NULL OR space_id = :space_id)
GROUP BY outcome, reason
