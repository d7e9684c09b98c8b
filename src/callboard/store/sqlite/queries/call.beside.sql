-- Of these spaces (a JSON array of ids): ids of which there are only facts, and calls whose group has too many rows.
SELECT
    (
        SELECT count(*)
        FROM json_each(:spaces) AS wanted
        CROSS JOIN call AS it INDEXED BY call_without_status ON it.org_id = :org_id AND it.space_id = wanted.value AND it.void = 2
    ),
    (
        SELECT count(*)
        FROM json_each(:spaces) AS wanted
        CROSS JOIN call AS it INDEXED BY call_oversized
            ON it.org_id = :org_id AND it.space_id = wanted.value AND it.void = 0 AND (it.time_marks & 16) <> 0
    )
