-- The events of these items that do not count, in the order received.
SELECT ev.item_no, ev.seq, ev.body, ev.received_at, ev.source, ev.batch_no
FROM unnest(:item_nos::BIGINT[]) AS wanted (no)
JOIN event AS ev ON ev.org_id = :org_id AND ev.item_no = wanted.no AND ev.withdrawn = 1
ORDER BY ev.seq
