-- By which ways events of a range of items came again.
SELECT item_no, body_digest, source
FROM event_repeat
WHERE org_id = :org_id AND item_no >= :begin AND item_no < :end
