-- The next events that are not withdrawn, in the order of their items: item number and bytes of the body.
SELECT item_no, length(body)
FROM event
WHERE org_id = :org_id AND item_no > :after AND withdrawn = 0
ORDER BY item_no
LIMIT :most
