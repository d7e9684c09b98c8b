-- The other batches that sent events of these items, unless withdrawn. Last batch first: the caller keeps the last
-- row of each event, which is its first batch.
SELECT again.item_no, again.body_digest, again.batch_no, again.received_at, again.source
FROM unnest(:item_nos::BIGINT[]) AS wanted (no)
JOIN event_repeat AS again ON again.org_id = :org_id AND again.item_no = wanted.no
JOIN batch ON batch.org_id = again.org_id AND batch.no = again.batch_no AND batch.withdrawn_at IS NULL
ORDER BY again.batch_no DESC
