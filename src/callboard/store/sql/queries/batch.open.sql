-- Open an import.
INSERT INTO batch (
    org_id, no, label, source, received_at, applied, duplicate, stale, rejected, position,
    file_digest, options_digest, record_type, place, mapping, replaces
)
VALUES (
    :org_id, :no, :label, 'import', :now, 0, 0, 0, 0, 0,
    :file_digest, :options_digest, :record_type, :place, :mapping, :replaces
)
