-- Mark a batch's events of these items as withdrawn. The complement is the checksum of a withdrawn event: made in
-- place, without reading the body.
UPDATE event
SET withdrawn = 1, checksum = ~checksum
FROM unnest(:c2::BIGINT[], :c3::BIGINT[]) AS gone (item_no, batch_no)
WHERE
    event.org_id = :v1 AND event.item_no = gone.item_no AND event.batch_no = gone.batch_no
    AND event.withdrawn = 0
