-- `clock.lock`, without waiting: no row while another transaction holds the lock.
SELECT
    version,
    next_item,
    next_event,
    next_batch,
    next_delta,
    (SELECT compacted_to FROM compaction WHERE org_id = :org_id)
FROM organization_clock
WHERE org_id = :org_id
FOR UPDATE SKIP LOCKED
