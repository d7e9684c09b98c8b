-- Mark events of items as withdrawn: a later import replaces them. The complement is the checksum of a withdrawn event.
UPDATE event
SET withdrawn = 1, checksum = ~checksum
FROM unnest(:c2::BIGINT[], :c3::BIGINT[], :c4::BYTEA[]) AS gone (item_no, batch_no, body)
WHERE
    event.org_id = :v1 AND event.item_no = gone.item_no AND event.batch_no = gone.batch_no
    AND event.withdrawn = 0 AND event.body = gone.body
