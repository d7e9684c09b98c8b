-- No end of these groups is left.
DELETE FROM group_end
WHERE org_id = :v1 AND no = ANY (:c2::BIGINT[])
