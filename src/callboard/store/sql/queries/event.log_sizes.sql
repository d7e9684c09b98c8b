-- The next events of the log by number, withdrawn ones included, with the bytes of their bodies.
SELECT seq, length(body)
FROM event
WHERE org_id = :org_id AND seq > :after
ORDER BY seq
LIMIT :most
