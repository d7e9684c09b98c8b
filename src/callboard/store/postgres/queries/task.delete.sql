-- Delete tasks that have no event left.
DELETE FROM task
WHERE org_id = :v1 AND no = ANY (:c2::BIGINT[])
