-- What another request brought to an import.
UPDATE batch
SET
    first_event = coalesce(first_event, ?),
    last_event = coalesce(?, last_event),
    applied = applied + ?,
    duplicate = duplicate + ?,
    stale = stale + ?,
    rejected = rejected + ?
WHERE org_id = ? AND no = ?
