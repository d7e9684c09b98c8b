-- The latest verification.
SELECT finished_at, deep, repaired, drift
FROM verification
ORDER BY id DESC
LIMIT 1
