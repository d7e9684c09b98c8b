-- How many deltas are not merged into cells, of the organization that has most of them.
SELECT coalesce(max(next_delta - compacted_to), 0)
FROM organization_clock
JOIN compaction ON compaction.org_id = organization_clock.org_id
