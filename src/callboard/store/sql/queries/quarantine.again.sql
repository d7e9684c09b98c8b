-- A quarantined delivery came again, or was replayed: it may be at fault for another reason now, or less of it.
UPDATE quarantine
SET
    reason = :reason, faults = :faults, last_at = :last_at, times = times + :more, size = :size,
    kept_bytes = :kept_bytes, body = :body
WHERE org_id = :org_id AND quarantine_id = :quarantine_id
