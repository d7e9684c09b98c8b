-- The other batches that sent events of these items (a JSON array of numbers), and whether they are being withdrawn.
-- First batch first.
SELECT again.item_no, again.body_digest, again.batch_no, again.received_at, again.source, batch.withdrawn_at IS NOT NULL
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:item_nos) AS wanted
CROSS JOIN event_repeat AS again ON again.org_id = :org_id AND again.item_no = wanted.value
CROSS JOIN batch ON batch.org_id = again.org_id AND batch.no = again.batch_no
ORDER BY again.batch_no
