-- Delete deltas that are merged into cells, and that no view needs any more to catch up.
DELETE FROM delta
WHERE org_id = :org_id AND no < :before
