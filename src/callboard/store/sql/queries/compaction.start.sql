-- A new organization has no delta yet.
INSERT INTO compaction (org_id, compacted_to)
VALUES (:org_id, 1)
