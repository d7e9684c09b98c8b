-- Add a difference to a cell.
INSERT INTO cell (org_id, space_id, counter, grain, bucket, d1, d2, d3, items, answered, timed, talk_ms, wait_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    items = items + excluded.items,
    answered = answered + excluded.answered,
    timed = timed + excluded.timed,
    talk_ms = talk_ms + excluded.talk_ms,
    wait_ms = wait_ms + excluded.wait_ms
