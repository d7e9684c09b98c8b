-- The first ends said of groups.
INSERT INTO group_end (org_id, no, space_id, group_id)
SELECT held.org_id, new.*
FROM organization_clock AS held
CROSS JOIN unnest(:c2::BIGINT[], :c3::BIGINT[], :c4::TEXT[]) AS new
WHERE held.org_id = :v1
