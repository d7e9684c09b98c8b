-- The cells hold them now.
DELETE FROM delta
WHERE org_id = :org_id AND no > 0
