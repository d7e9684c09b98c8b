-- A batch brought again what another had brought before; said once.
INSERT INTO event_repeat (org_id, item_no, body_digest, batch_no, received_at, source)
SELECT held.org_id, new.*
FROM organization_clock AS held
CROSS JOIN unnest(:c2::BIGINT[], :c3::BYTEA[], :c4::BIGINT[], :c5::BIGINT[], :c6::TEXT[]) AS new
WHERE held.org_id = :v1
ON CONFLICT DO NOTHING
