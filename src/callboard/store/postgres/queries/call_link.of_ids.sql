-- Which calls have these ids.
SELECT link.space_id, link.kind, link.value, link.no
FROM unnest(:wanted_0::BIGINT[], :wanted_1::TEXT[], :wanted_2::TEXT[], :wanted_3::BIGINT[])
    AS wanted (space_id, kind, value, no)
JOIN call_link AS link
    ON link.org_id = :org_id AND link.space_id = wanted.space_id AND link.kind = wanted.kind
    AND link.value = wanted.value AND link.no = wanted.no
