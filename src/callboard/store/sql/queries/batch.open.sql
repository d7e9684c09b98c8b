-- Open an import.
INSERT INTO batch (org_id, no, label, source, received_at, applied, duplicate, stale, rejected, position)
VALUES (:org_id, :no, :label, 'import', :now, 0, 0, 0, 0, 0)
