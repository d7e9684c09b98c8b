-- Put a delivery into quarantine.
INSERT INTO quarantine (
    org_id, quarantine_id, hook_id, received_at, reason, faults, method, query, headers, size, kept_bytes, last_at, times,
    body
)
VALUES (
    :org_id, :quarantine_id, :hook_id, :received_at, :reason, :faults, :method, :query, :headers, :size,
    :kept_bytes, :last_at, :times, :body
)
