-- By which ways events of these items came again, or came and do not count.
SELECT again.item_no, again.body_digest, again.source
FROM unnest(:item_nos::BIGINT[]) AS wanted (no)
JOIN event_repeat AS again ON again.org_id = :org_id AND again.item_no = wanted.no
