-- How the events received of an organization, or of one space, ended.
SELECT outcome, reason, sum(events)
FROM outcome
WHERE org_id = :org_id AND (:space_id::BIGINT IS NULL OR space_id = :space_id::BIGINT)
GROUP BY outcome, reason
