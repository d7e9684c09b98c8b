-- The mark that items' events of a batch count no more.
UPDATE event
SET withdrawn = 1, checksum = ~checksum
FROM unnest(:c2::BIGINT[], :c3::BIGINT[]) AS gone (item_no, batch_no)
WHERE
    event.org_id = :v1 AND event.item_no = gone.item_no AND event.batch_no = gone.batch_no
    AND event.withdrawn = 0
