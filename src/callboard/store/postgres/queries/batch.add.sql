-- What another request brought to an import.
UPDATE batch
SET
    first_event = coalesce(first_event, ?::BIGINT),
    last_event = coalesce(?::BIGINT, last_event),
    applied = applied + ?,
    duplicate = duplicate + ?,
    stale = stale + ?,
    rejected = rejected + ?
WHERE org_id = ? AND no = ?
