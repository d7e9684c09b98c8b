-- The events that count behind an item, in the order of their items: to whose they belong, and their bytes.
SELECT item_no, length(body)
FROM event
WHERE org_id = :org_id AND item_no > :after AND withdrawn = 0
ORDER BY item_no
LIMIT :most
