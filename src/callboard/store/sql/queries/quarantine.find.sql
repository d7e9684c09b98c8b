-- One quarantined delivery.
SELECT quarantine_id, hook_id, received_at, reason, faults, method, query, headers, size, kept_bytes, last_at, times, body
FROM quarantine
WHERE org_id = :org_id AND quarantine_id = :quarantine_id
