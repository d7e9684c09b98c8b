-- Of these batches the imports that say how they read, and when they were withdrawn.
SELECT
    batch.no, batch.withdrawn_at, batch.options_digest, batch.mapping, batch.place, batch.record_type, batch.replaces
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :org_id::BIGINT AS org_id, each_of.*
    FROM unnest(:nos::BIGINT[]) AS each_of (no)
    OFFSET 0
) AS wanted
CROSS JOIN LATERAL (
    SELECT *
    FROM batch
    WHERE
        batch.org_id = wanted.org_id AND batch.no = wanted.no
        AND batch.org_id = :org_id -- Citus
    OFFSET 0
) AS batch
WHERE batch.options_digest IS NOT NULL
