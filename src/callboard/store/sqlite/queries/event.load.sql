-- The events that count of the items a batch touches (a JSON array of item numbers), as received.
SELECT ev.item_no, ev.body, ev.received_at, ev.source, ev.batch_no
FROM json_each(:item_nos) AS wanted
CROSS JOIN event AS ev INDEXED BY event_by_item ON ev.org_id = :org_id AND ev.item_no = wanted.value AND ev.withdrawn = 0
ORDER BY ev.seq
