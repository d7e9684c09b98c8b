-- The number of the first call after a number.
SELECT no
FROM call
WHERE org_id = :org_id AND no > :after
ORDER BY no
LIMIT 1
