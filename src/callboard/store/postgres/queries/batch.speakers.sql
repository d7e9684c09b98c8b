-- Of these batches the imports that say how they read, and when they were withdrawn.
SELECT
    batch.no, batch.withdrawn_at, batch.options_digest, batch.mapping, batch.place, batch.record_type, batch.replaces
FROM unnest(:nos::BIGINT[]) AS wanted (no)
JOIN batch ON batch.org_id = :org_id AND batch.no = wanted.no
WHERE batch.options_digest IS NOT NULL
