-- Mark events of items as withdrawn: a later import replaces them. The complement is the checksum of a withdrawn event.
UPDATE event
SET withdrawn = 1, checksum = ~checksum
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :v1::BIGINT AS org_id, each_of.*
    FROM unnest(:c2::BIGINT[], :c3::BIGINT[], :c4::BYTEA[]) AS each_of (item_no, batch_no, body)
    OFFSET 0
) AS gone
WHERE
    event.org_id = gone.org_id AND event.item_no = gone.item_no AND event.batch_no = gone.batch_no
    AND event.withdrawn = 0 AND event.body = gone.body
    AND event.org_id = :v1 -- Citus
