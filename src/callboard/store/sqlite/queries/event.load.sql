-- The events of these items (a JSON array of numbers) that are not withdrawn, in the order received.
SELECT ev.item_no, ev.body, ev.received_at, ev.source, ev.batch_no
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:item_nos) AS wanted
CROSS JOIN event AS ev INDEXED BY event_by_item ON ev.org_id = :org_id AND ev.item_no = wanted.value AND ev.withdrawn = 0
ORDER BY ev.seq
