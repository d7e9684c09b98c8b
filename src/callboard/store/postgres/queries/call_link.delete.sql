-- Calls do not have these ids any more.
DELETE FROM call_link
USING unnest(:c2::BIGINT[], :c3::TEXT[], :c4::TEXT[], :c5::BIGINT[]) AS gone (space_id, kind, value, no)
WHERE
    call_link.org_id = :v1 AND call_link.space_id = gone.space_id AND call_link.kind = gone.kind
    AND call_link.value = gone.value AND call_link.no = gone.no
