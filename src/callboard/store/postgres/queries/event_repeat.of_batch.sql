-- The next items of which a batch sent events that others had sent before.
SELECT DISTINCT item_no
FROM event_repeat
WHERE org_id = :org_id AND batch_no = :no AND item_no > :after
ORDER BY item_no
LIMIT :most
