-- How much room the quarantined deliveries of an organization take, newest first.
SELECT
    quarantine_id, hook_id, received_at,
    kept_bytes + octet_length(faults) + octet_length(query) + octet_length(headers)
FROM quarantine
WHERE org_id = :org_id
ORDER BY received_at DESC, quarantine_id DESC
