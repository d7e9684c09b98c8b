-- Events received by these spaces (a JSON array of ids), counted by outcome.
SELECT outcome.outcome, outcome.reason, sum(outcome.events)
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:spaces) AS wanted
CROSS JOIN outcome ON outcome.org_id = :org_id AND outcome.space_id = wanted.value
GROUP BY outcome.outcome, outcome.reason
