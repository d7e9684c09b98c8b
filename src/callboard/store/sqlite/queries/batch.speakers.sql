-- Of these batches (a JSON array of numbers) the imports that say how they read, and when they were withdrawn.
SELECT
    batch.no, batch.withdrawn_at, batch.options_digest, batch.mapping, batch.place, batch.record_type, batch.replaces
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:nos) AS wanted
CROSS JOIN batch ON batch.org_id = :org_id AND batch.no = wanted.value
WHERE batch.options_digest IS NOT NULL
