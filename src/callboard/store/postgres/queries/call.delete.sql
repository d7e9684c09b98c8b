-- Delete calls that have no event left.
DELETE FROM call
WHERE org_id = :v1 AND no = ANY (:c2::BIGINT[])
