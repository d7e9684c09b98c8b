-- The events of these items (a JSON array of numbers) that do not count, in the order received.
SELECT ev.item_no, ev.seq, ev.body, ev.received_at, ev.source, ev.batch_no
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:item_nos) AS wanted
CROSS JOIN event AS ev INDEXED BY event_outweighed
    ON ev.org_id = :org_id AND ev.item_no = wanted.value AND ev.withdrawn = 1
ORDER BY ev.seq
