-- How many deliveries of each hook are in quarantine, and their bytes.
SELECT hook_id, CAST(count(*) AS BIGINT), CAST(sum(kept_bytes) AS BIGINT)
FROM quarantine
WHERE org_id = :org_id
GROUP BY hook_id
ORDER BY hook_id
