-- The quarantined deliveries of an organization or of one hook, newest first, without their bodies.
SELECT quarantine_id, hook_id, received_at, reason, faults, method, query, headers, size, kept_bytes, last_at, times
FROM quarantine
WHERE org_id = :org_id AND (:every = 1 OR hook_id = :hook_id)
ORDER BY received_at DESC, quarantine_id DESC
