-- How many calls and tasks have an event of a batch that counts, within the range of the log in which they lie; without
-- those of which another batch repeated an event. What the other one said itself and does not count is among its
-- repeats, too: that is none.
SELECT count(DISTINCT ev.item_no)
FROM event AS ev
WHERE
    ev.org_id = :org_id AND ev.seq >= :from_seq AND ev.seq <= :last_seq AND ev.batch_no = :no AND ev.withdrawn = 0
    AND (
        SELECT count(*)
        FROM event_repeat AS again
        WHERE again.org_id = ev.org_id AND again.item_no = ev.item_no AND again.batch_no = :beside
    ) <= (
        SELECT count(*)
        FROM event AS own
        WHERE own.org_id = ev.org_id AND own.item_no = ev.item_no AND own.withdrawn = 1 AND own.batch_no = :beside
    )
