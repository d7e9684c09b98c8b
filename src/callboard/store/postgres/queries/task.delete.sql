-- Tasks of which no event is left.
DELETE FROM task
WHERE org_id = :v1 AND no = ANY (:c2::BIGINT[])
