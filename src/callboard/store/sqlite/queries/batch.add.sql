-- Add the events of one more request to an import, and move the range of the log in which they lie.
UPDATE batch
SET
    -- NULL: a request that brought no event leaves the range as it is.
    first_event = coalesce(first_event, ?),
    last_event = coalesce(?, last_event),
    applied = applied + ?,
    duplicate = duplicate + ?,
    stale = stale + ?,
    rejected = rejected + ?
WHERE org_id = ? AND no = ?
