-- The other batches that sent events of these items, and whether they are being withdrawn. First batch first.
SELECT again.item_no, again.body_digest, again.batch_no, again.received_at, again.source, batch.withdrawn_at IS NOT NULL
FROM unnest(:item_nos::BIGINT[]) AS wanted (no)
JOIN event_repeat AS again ON again.org_id = :org_id AND again.item_no = wanted.no
JOIN batch ON batch.org_id = again.org_id AND batch.no = again.batch_no
ORDER BY again.batch_no
