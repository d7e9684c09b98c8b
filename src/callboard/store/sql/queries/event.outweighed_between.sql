-- The events in a range of the log that do not count, though their batch is not withdrawn.
SELECT ev.item_no, ev.body, ev.received_at, ev.source, ev.batch_no
FROM event AS ev
JOIN batch ON batch.org_id = ev.org_id AND batch.no = ev.batch_no
WHERE ev.org_id = :org_id AND ev.seq >= :from_seq AND ev.seq < :to_seq AND ev.withdrawn = 1 AND batch.withdrawn_at IS NULL
ORDER BY ev.seq
