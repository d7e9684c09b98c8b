-- All cells of a space at one grain.
DELETE FROM cell
WHERE org_id = :org_id AND space_id = :space_id AND grain = :grain
