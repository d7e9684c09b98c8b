-- All cells of a space.
DELETE FROM cell
WHERE org_id = :org_id AND space_id = :space_id
