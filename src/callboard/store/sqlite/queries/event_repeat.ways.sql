-- By which ways events of these items (a JSON array of numbers) came again, or came and do not count.
SELECT again.item_no, again.body_digest, again.source
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:item_nos) AS wanted
CROSS JOIN event_repeat AS again ON again.org_id = :org_id AND again.item_no = wanted.value
