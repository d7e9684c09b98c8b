-- Delete runs that no request registered and no task names.
DELETE FROM run
-- OFFSET 0: see `statements.py`.
USING (
    SELECT :v1::BIGINT AS org_id, each_of.*
    FROM unnest(:c2::BIGINT[], :c3::TEXT[]) AS each_of (space_id, run_id)
    OFFSET 0
) AS gone
WHERE run.org_id = gone.org_id AND run.space_id = gone.space_id AND run.run_id = gone.run_id
    AND run.org_id = :v1 -- Citus
