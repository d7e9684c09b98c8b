-- Let events count that did not. The complement of the checksum of a withdrawn event is its own.
UPDATE event
SET withdrawn = 0, checksum = ~checksum
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :v1::BIGINT AS org_id, each_of.*
    FROM unnest(:c2::BIGINT[]) AS each_of (seq)
    OFFSET 0
) AS back
WHERE event.org_id = back.org_id AND event.seq = back.seq AND event.withdrawn = 1
    AND event.org_id = :v1 -- Citus
