-- All events of the log behind a number, in order, withdrawn ones too: their numbers, and their bytes.
SELECT seq, length(body)
FROM event
WHERE org_id = :org_id AND seq > :after
ORDER BY seq
LIMIT :most
