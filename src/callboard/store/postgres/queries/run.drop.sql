-- Delete runs that no request registered and no task names.
DELETE FROM run
USING unnest(:c2::BIGINT[], :c3::TEXT[]) AS gone (space_id, run_id)
WHERE run.org_id = :v1 AND run.space_id = gone.space_id AND run.run_id = gone.run_id
