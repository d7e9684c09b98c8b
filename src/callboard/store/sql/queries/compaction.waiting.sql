-- Organizations with at least so many deltas that are not merged into cells, and how many.
SELECT organization_clock.org_id, next_delta - compacted_to
FROM organization_clock
JOIN compaction ON compaction.org_id = organization_clock.org_id
WHERE next_delta - compacted_to >= :least
ORDER BY organization_clock.org_id
