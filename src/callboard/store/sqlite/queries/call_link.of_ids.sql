-- Which calls have these ids (a JSON array of [space, kind, value, number of the call]).
SELECT link.space_id, link.kind, link.value, link.no
FROM json_each(:wanted) AS wanted
CROSS JOIN call_link AS link
    ON link.org_id = :org_id AND link.space_id = wanted.value ->> 0 AND link.kind = wanted.value ->> 1
    AND link.value = wanted.value ->> 2 AND link.no = wanted.value ->> 3
