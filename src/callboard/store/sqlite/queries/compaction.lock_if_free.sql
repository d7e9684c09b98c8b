-- The number of an organization's first delta that is not merged into cells. Without FOR UPDATE: a commit begins with
-- BEGIN IMMEDIATE, so it holds the lock of the whole file.
SELECT compacted_to
FROM compaction
WHERE org_id = :org_id
