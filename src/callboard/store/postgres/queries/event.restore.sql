-- Let events count that did not. The complement of the checksum of a withdrawn event is its own.
UPDATE event
SET withdrawn = 0, checksum = ~checksum
FROM unnest(:c2::BIGINT[]) AS back (seq)
WHERE event.org_id = :v1 AND event.seq = back.seq AND event.withdrawn = 1
