-- Delete all cells of a space at one grain.
DELETE FROM cell
WHERE
    org_id = :org_id AND counter IN (SELECT value FROM json_each(:counters))
    AND grain = :grain AND space_id = :space_id
