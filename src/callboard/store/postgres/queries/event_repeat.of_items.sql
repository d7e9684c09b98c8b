-- The other batches that sent events of these items, and whether they are being withdrawn. First batch first.
SELECT
    again.item_no,
    again.body_digest,
    again.batch_no,
    again.received_at,
    again.source,
    (
        SELECT batch.withdrawn_at IS NOT NULL
        FROM batch
        WHERE batch.org_id = :org_id AND batch.no = again.batch_no
    )
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :org_id::BIGINT AS org_id, each_of.*
    FROM unnest(:item_nos::BIGINT[]) AS each_of (no)
    OFFSET 0
) AS wanted
CROSS JOIN LATERAL (
    SELECT *
    FROM event_repeat AS again
    WHERE
        again.org_id = wanted.org_id AND again.item_no = wanted.no
        AND again.org_id = :org_id -- Citus
    OFFSET 0
) AS again
ORDER BY again.batch_no
