-- A new space counts nothing.
INSERT INTO totals (org_id, space_id, version)
VALUES (:org_id, :space_id, :version)
