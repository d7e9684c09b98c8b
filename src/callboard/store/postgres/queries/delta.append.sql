-- What a commit did to the counters, under the finest key; one organization's.
INSERT INTO delta
SELECT held.org_id, new.*
FROM organization_clock AS held
CROSS JOIN unnest(
    :c2::BIGINT[], :c3::BIGINT[], :c4::TEXT[], :c5::BIGINT[], :c6::BIGINT[], :c7::BIGINT[], :c8::TEXT[],
    :c9::TEXT[], :c10::TEXT[], :c11::TEXT[], :c12::TEXT[], :c13::TEXT[], :c14::TEXT[], :c15::BIGINT[],
    :c16::BIGINT[], :c17::BIGINT[], :c18::BIGINT[], :c19::BIGINT[], :c20::BIGINT[]
) AS new
WHERE held.org_id = :v1
