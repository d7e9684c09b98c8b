-- The cells hold them, and nobody needs them to move on.
DELETE FROM delta
WHERE org_id = :org_id AND no < :before
