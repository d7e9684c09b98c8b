-- Items that have events in a piece of the log but no row.
SELECT DISTINCT ev.space_id, ev.item_no
FROM event AS ev
WHERE
    ev.org_id = :org_id AND ev.seq >= :from_seq AND ev.seq < :to_seq AND ev.withdrawn = 0
    AND NOT EXISTS (SELECT 1 FROM call WHERE call.org_id = ev.org_id AND call.no = ev.item_no)
    AND NOT EXISTS (SELECT 1 FROM task WHERE task.org_id = ev.org_id AND task.no = ev.item_no)
