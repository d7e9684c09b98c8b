-- Every delta before this number is merged into cells. The caller holds the lock of the cells.
UPDATE compaction
SET compacted_to = :compacted_to
WHERE org_id = :org_id
