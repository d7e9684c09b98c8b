-- A cell that counts nothing any more is no cell: the same set of events leaves the same cells.
DELETE FROM cell
WHERE
    org_id = ? AND space_id = ? AND counter = ? AND grain = ? AND bucket = ? AND d1 = ? AND d2 = ? AND d3 = ?
    AND items = 0 AND answered = 0 AND timed = 0 AND talk_ms = 0
