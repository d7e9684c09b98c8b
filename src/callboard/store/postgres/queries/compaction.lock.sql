-- The number of an organization's first delta that is not merged into cells. The row lock is the lock of the
-- organization's cells: its holder is the only one to change them until the commit. Who needs the organization's lock
-- as well takes that first.
SELECT compacted_to
FROM compaction
WHERE org_id = :org_id
FOR UPDATE
