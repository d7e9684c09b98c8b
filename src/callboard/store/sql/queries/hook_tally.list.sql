-- What came to the hooks of an organization, by outcome and reason, the latest first.
SELECT hook_id, outcome, reason, word, times, last_at
FROM hook_tally
WHERE org_id = :org_id
ORDER BY hook_id, last_at DESC, outcome, reason, word
