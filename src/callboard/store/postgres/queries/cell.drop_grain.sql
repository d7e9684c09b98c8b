-- Delete all cells of a space at one grain.
DELETE FROM cell
WHERE
    org_id = :org_id AND counter = ANY (:counters::BIGINT[])
    AND grain = :grain AND space_id = :space_id
