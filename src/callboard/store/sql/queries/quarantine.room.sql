-- How much room the quarantined deliveries of an organization take, newest first.
SELECT quarantine_id, hook_id, received_at, kept_bytes
FROM quarantine
WHERE org_id = :org_id
ORDER BY received_at DESC, quarantine_id DESC
