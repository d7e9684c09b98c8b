-- How the events received of spaces (a JSON array of ids) ended.
SELECT outcome.outcome, outcome.reason, sum(outcome.events)
FROM json_each(:spaces) AS wanted
CROSS JOIN outcome ON outcome.org_id = :org_id AND outcome.space_id = wanted.value
GROUP BY outcome.outcome, outcome.reason
