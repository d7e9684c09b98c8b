-- The next events of a batch within a range of the log, and their items; those that do not count included.
SELECT seq, space_id, item_no
FROM event
WHERE org_id = :org_id AND seq >= :from_seq AND seq <= :last_seq AND batch_no = :no
ORDER BY seq
LIMIT :most
