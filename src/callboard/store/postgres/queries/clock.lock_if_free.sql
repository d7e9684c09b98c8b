-- `clock.lock` of several organizations, without waiting: no row of one whose lock another transaction holds.
SELECT
    held.org_id,
    held.version,
    held.next_item,
    held.next_event,
    held.next_batch,
    held.next_delta,
    (SELECT merged.compacted_to FROM compaction AS merged WHERE merged.org_id = held.org_id)
FROM organization_clock AS held
WHERE held.org_id = ANY (:orgs::BIGINT[])
FOR UPDATE OF held SKIP LOCKED
