-- Of these spaces: ids of which there are only facts, and calls whose group has too many rows.
SELECT
    (
        SELECT count(*)
        FROM unnest(:spaces::BIGINT[]) AS wanted (value)
        JOIN call AS it ON it.org_id = :org_id AND it.space_id = wanted.value AND it.void = 2
    ),
    (
        SELECT count(*)
        FROM unnest(:spaces::BIGINT[]) AS wanted (value)
        JOIN call AS it
            ON it.org_id = :org_id AND it.space_id = wanted.value AND it.void = 0 AND (it.time_marks & 16) <> 0
    )
